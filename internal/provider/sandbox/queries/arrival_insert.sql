insert into sandbox.arrivals (source, event_id, merchant_id, sku, quantity, at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing
