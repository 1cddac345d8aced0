INSERT INTO aftercare.texts (merchant_id, text_id, body) VALUES ($1, $2, $3)
