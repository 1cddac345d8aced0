SELECT DISTINCT case_id FROM aftercare.parcels WHERE waybill = $1 AND merchant_id = $2
