select asked = $3::jsonb, status, carrier, waybill from sandbox.shipments where merchant_id = $1 and shipment_id = $2
