SELECT row, run_id, closed_at IS NOT NULL AS closed FROM aftercare.cases WHERE case_id = $1 AND merchant_id = $2 FOR UPDATE
