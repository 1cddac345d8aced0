SELECT row FROM aftercare.cases WHERE case_id = $1 AND merchant_id = $2 AND closed_at IS NOT NULL
