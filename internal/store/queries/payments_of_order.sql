SELECT p.payment_id, p.method, p.captured_minor, p.captured_minor - p.paid_out_minor AS refundable_minor, p.charged,
       COALESCE((SELECT c.lines FROM aftercare.charges c
                 WHERE c.merchant_id = p.merchant_id AND c.charge_id = p.payment_id AND p.charged), '{}') AS lines
FROM aftercare.payments p
WHERE p.merchant_id = $1 AND p.order_id = $2
ORDER BY p.position, p.payment_id
