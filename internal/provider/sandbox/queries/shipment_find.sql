select asked = $3::jsonb from sandbox.shipments where merchant_id = $1 and shipment_id = $2
