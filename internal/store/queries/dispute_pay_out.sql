-- The CHECK of the table has the last word.
UPDATE aftercare.payments SET paid_out_minor = paid_out_minor + $4
WHERE merchant_id = $1 AND order_id = $2 AND payment_id = $3
