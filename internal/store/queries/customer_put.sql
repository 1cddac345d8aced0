INSERT INTO aftercare.customers (merchant_id, customer_id, name, email, phone, locale, address)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET name = excluded.name, email = excluded.email, phone = excluded.phone, locale = excluded.locale, address = excluded.address
