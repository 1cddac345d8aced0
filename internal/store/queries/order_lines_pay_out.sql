-- The same at the lines, by the refund's shares.
UPDATE aftercare.order_lines l
SET paid_out_minor = l.paid_out_minor + $3::int * s.amount_minor
FROM aftercare.refund_shares s
WHERE s.merchant_id = $1 AND s.refund_id = $2
  AND l.merchant_id = s.merchant_id AND l.order_id = s.order_id AND l.line_id = s.line_id
