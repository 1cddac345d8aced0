insert into sandbox.articles (merchant_id, sku, body, opening) values ($1, $2, $3, $4)
on conflict (merchant_id, sku) do update set body = excluded.body, opening = excluded.opening
