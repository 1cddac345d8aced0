-- What a customer has paid on top is a payment of the order from then on, behind those of the shop.
INSERT INTO aftercare.payments (merchant_id, order_id, payment_id, method, position, captured_minor, charged)
SELECT c.merchant_id, c.order_id, c.charge_id, c.method,
       1000000 + (SELECT count(*) FROM aftercare.payments p WHERE p.merchant_id = c.merchant_id AND p.order_id = c.order_id AND p.charged)::int,
       c.amount_minor, true
FROM aftercare.charges c
WHERE c.merchant_id = $1 AND c.charge_id = $2
ON CONFLICT (merchant_id, order_id, payment_id) DO NOTHING
