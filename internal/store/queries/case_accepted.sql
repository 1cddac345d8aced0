SELECT closed_at IS NOT NULL AS closed, row, accepted FROM aftercare.cases WHERE case_id = $1 AND merchant_id = $2
