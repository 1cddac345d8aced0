-- Whether the customer had been erased before.
INSERT INTO aftercare.erasures AS e (merchant_id, customer_id, erased_at, by_role, by_id, reason) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (merchant_id, customer_id) DO UPDATE SET customer_id = excluded.customer_id
RETURNING e.erased_at
