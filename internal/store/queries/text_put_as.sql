-- Whether other words stand under the id. Words that were erased are not compared with anything.
INSERT INTO aftercare.texts AS t (merchant_id, text_id, body) VALUES ($1, $2, $3)
ON CONFLICT (merchant_id, text_id) DO UPDATE SET text_id = excluded.text_id
RETURNING t.body IS NOT NULL AND t.body <> $3
