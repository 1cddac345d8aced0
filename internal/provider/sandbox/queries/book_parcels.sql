select b.merchant_id, b.key, b.operation, b.order_id, b.direction, b.carrier, b.waybill, b.label,
    p.status, p.scanned_at, p.delivered_at, p.moved_at
from sandbox.bookings b join sandbox.parcels p using (carrier, waybill)
where $1 = '' or b.merchant_id = $1 order by b.at, b.key
