select s.merchant_id, s.shipment_id, s.order_id, s.status, s.carrier, s.waybill, s.asked_at, s.sent_at,
    g.line_id, g.sku, g.quantity, g.stock_key, r.status = 'lost'
from sandbox.shipments s
join sandbox.shipped_goods g using (merchant_id, shipment_id)
join sandbox.reservations r on r.merchant_id = g.merchant_id and r.key = g.stock_key
where $1 = '' or s.merchant_id = $1 order by s.asked_at, s.shipment_id, g.line_id
