-- The same at the lines, by the refund's shares. A refund out of a charge gives back what was paid on top of what a line cost,
-- and takes nothing from what is left of that.
UPDATE aftercare.order_lines l
SET paid_out_minor = l.paid_out_minor + $3::int * s.amount_minor
FROM aftercare.refund_shares s
WHERE s.merchant_id = $1 AND s.refund_id = $2
  AND l.merchant_id = s.merchant_id AND l.order_id = s.order_id AND l.line_id = s.line_id
  AND NOT EXISTS (SELECT FROM aftercare.refunds r
                  JOIN aftercare.payments p ON p.merchant_id = r.merchant_id AND p.order_id = r.order_id AND p.payment_id = r.payment_id
                  WHERE r.merchant_id = s.merchant_id AND r.refund_id = s.refund_id AND p.charged)
