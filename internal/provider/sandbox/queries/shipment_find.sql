-- status lost: nothing of it could be found.
select asked = $3::jsonb, status, coalesce(carrier, ''), coalesce(waybill, '') from sandbox.shipments where merchant_id = $1 and shipment_id = $2
