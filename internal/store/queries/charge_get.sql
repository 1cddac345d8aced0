SELECT merchant_id, charge_id, case_id, order_id, customer_id, kind, method, amount_minor, currency, lines, held_until, status, code,
       written_at, asked_at, attempts, answered_at
FROM aftercare.charges
WHERE merchant_id = $1 AND charge_id = $2
