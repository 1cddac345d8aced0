-- A fact names no merchant: its key is the case's, and so one merchant's.
select r.merchant_id, r.sku, r.quantity, r.status, coalesce(g.shipment_id, ''), coalesce(s.status, '')
from sandbox.reservations r
left join sandbox.shipped_goods g on g.merchant_id = r.merchant_id and g.stock_key = r.key
left join sandbox.shipments s on s.merchant_id = g.merchant_id and s.shipment_id = g.shipment_id
where r.key = $1 order by r.merchant_id limit 1
