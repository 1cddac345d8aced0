DELETE FROM aftercare.unit_claims
WHERE merchant_id = $1 AND order_id = $2 AND case_id = '' AND NOT aftercare.order_is_booked($1, $2)
