insert into sandbox.orders (merchant_id, order_id, body) values ($1, $2, $3)
on conflict (merchant_id, order_id) do update set body = excluded.body
