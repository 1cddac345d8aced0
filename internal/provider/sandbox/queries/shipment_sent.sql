update sandbox.shipments set status = 'sent', carrier = $3, waybill = $4, sent_at = $5
where merchant_id = $1 and shipment_id = $2 and status = 'ordered'
