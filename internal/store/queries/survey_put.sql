INSERT INTO aftercare.surveys_asked (merchant_id, case_id, customer_id, asked_at) VALUES ($1, $2, $3, $4)
