-- What a customer has paid on top is a payment of the order from then on: refunds are paid out of it.
insert into sandbox.payments (merchant_id, payment_id, order_id, customer_id, method, captured, currency)
select merchant_id, key, order_id, customer_id, method, amount, currency from sandbox.charges where merchant_id = $1 and key = $2
on conflict do nothing
