insert into sandbox.stock_movements (merchant_id, key, position, line_id, sku, quantity, disposition)
values ($1, $2, $3, $4, $5, $6, $7)
