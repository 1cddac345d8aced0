insert into sandbox.payments (merchant_id, payment_id, order_id, customer_id, method, captured, currency, refunded_before)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (merchant_id, payment_id) do update set
    order_id = excluded.order_id, customer_id = excluded.customer_id, method = excluded.method,
    captured = excluded.captured, currency = excluded.currency, refunded_before = excluded.refunded_before
