insert into sandbox.methods (merchant_id, method, customer_id, kind, opening, currency) values ($1, $2, $3, $4, $5, $6)
on conflict (merchant_id, method) do update set
    customer_id = excluded.customer_id, kind = excluded.kind, opening = excluded.opening, currency = excluded.currency
