select merchant_id, order_id, line_id, unit, case_id, status from aftercare.unit_claims order by merchant_id, order_id, line_id, unit
