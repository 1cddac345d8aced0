select g.stock_key, g.line_id, g.sku, g.quantity from sandbox.shipped_goods g
join sandbox.reservations r on r.merchant_id = g.merchant_id and r.key = g.stock_key
where g.merchant_id = $1 and g.shipment_id = $2 and r.status = 'used' order by g.sku, g.stock_key
