SELECT order_id FROM aftercare.cases WHERE case_id = $1 AND merchant_id = $2
