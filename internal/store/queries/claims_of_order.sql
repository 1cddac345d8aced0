SELECT line_id, unit, case_id, status = 'settled' AS settled
FROM aftercare.unit_claims
WHERE merchant_id = $1 AND order_id = $2
ORDER BY line_id, unit
