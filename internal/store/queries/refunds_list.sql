-- $1 merchant or empty for all, $2 and $3 where the last page ended.
SELECT merchant_id, refund_id, case_id, order_id, customer_id, payment_id, method, amount_minor, currency, shares, replaces,
       status, code, proof_id, reserved_at, asked_at, answered_at, attempts, ordered_again, maker_role, maker_id, checker_role, checker_id
FROM aftercare.refunds
WHERE ($1::text = '' OR merchant_id = $1) AND (merchant_id, refund_id) > ($2::text, $3::text)
ORDER BY merchant_id, refund_id
LIMIT $4::int
