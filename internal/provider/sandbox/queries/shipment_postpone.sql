update sandbox.shipments set due_really = clock_timestamp() + $3::bigint * interval '1 microsecond'
where merchant_id = $1 and shipment_id = $2 and status = 'ordered'
