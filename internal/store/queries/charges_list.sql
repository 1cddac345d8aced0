-- $1 merchant or empty for all, $2 and $3 where the last page ended.
SELECT merchant_id, charge_id, case_id, order_id, customer_id, kind, method, amount_minor, currency, lines, held_until, status, code,
       written_at, asked_at, attempts, answered_at
FROM aftercare.charges
WHERE ($1::text = '' OR merchant_id = $1) AND (merchant_id, charge_id) > ($2::text, $3::text)
ORDER BY merchant_id, charge_id
LIMIT $4::int
