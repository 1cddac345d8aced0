-- Reserves ($3 = 1) or gives back ($3 = -1) the amount of a refund at its payment. The CHECK of the table has the last word.
UPDATE aftercare.payments p
SET paid_out_minor = p.paid_out_minor + $3::int * r.amount_minor
FROM aftercare.refunds r
WHERE r.merchant_id = $1 AND r.refund_id = $2
  AND p.merchant_id = r.merchant_id AND p.order_id = r.order_id AND p.payment_id = r.payment_id
