insert into sandbox.shipped_goods (merchant_id, shipment_id, line_id, sku, quantity, stock_key) values ($1, $2, $3, $4, $5, $6)
