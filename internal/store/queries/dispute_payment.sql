-- What is left of a payment, and whether it is a charge of ours. Without a payment's number: the order's only payment.
SELECT payment_id, captured_minor - paid_out_minor, charged
FROM aftercare.payments
WHERE merchant_id = $1 AND order_id = $2 AND ($3 = '' OR payment_id = $3)
LIMIT 2
