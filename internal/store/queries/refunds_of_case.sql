SELECT merchant_id, refund_id, case_id, order_id, customer_id, payment_id, method, amount_minor, currency, shares, status, code,
       proof_id, reserved_at, asked_at, answered_at, attempts, maker_role, maker_id, checker_role, checker_id
FROM aftercare.ledger
WHERE merchant_id = $1 AND case_id = $2
ORDER BY reserved_at, refund_id
