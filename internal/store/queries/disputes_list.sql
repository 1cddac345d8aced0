-- $1 merchant, $2 and $3 where the last page ended, $4 limit.
SELECT merchant_id, dispute_id, kind, order_id, payment_id, case_id, amount_minor, currency, reason, status, taken_minor, opened_at, due_at, heard_at, decided_at
FROM aftercare.disputes
WHERE ($1::text = '' OR merchant_id = $1) AND (merchant_id, dispute_id) > ($2::text, $3::text)
ORDER BY merchant_id, dispute_id
LIMIT $4::int
