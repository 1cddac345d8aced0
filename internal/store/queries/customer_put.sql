INSERT INTO aftercare.customers (merchant_id, customer_id, name, email, phone, locale, address, time_zone)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET name = excluded.name, email = excluded.email, phone = excluded.phone, locale = excluded.locale, address = excluded.address,
    time_zone = excluded.time_zone
