select b.carrier, b.waybill, b.label, p.status, p.scanned_at, p.delivered_at, p.moved_at, b.asked = $3::jsonb
from sandbox.bookings b join sandbox.parcels p using (carrier, waybill)
where b.merchant_id = $1 and b.key = $2
