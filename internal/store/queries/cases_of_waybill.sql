SELECT DISTINCT case_id FROM aftercare.parcels WHERE waybill = $1 AND ($2 = '' OR merchant_id = $2)
