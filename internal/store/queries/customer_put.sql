-- Whoever was erased stays so: an old list of the shop's brings no name back.
INSERT INTO aftercare.customers (merchant_id, customer_id, name, email, phone, locale, address, time_zone)
SELECT $1, $2, CASE WHEN e.gone THEN '' ELSE $3 END, CASE WHEN e.gone THEN '' ELSE $4 END, CASE WHEN e.gone THEN '' ELSE $5 END, $6,
       CASE WHEN e.gone THEN NULL ELSE $7::jsonb END, CASE WHEN e.gone THEN '' ELSE $8 END
FROM (SELECT EXISTS (SELECT FROM aftercare.erasures WHERE merchant_id = $1 AND customer_id = $2) AS gone) AS e
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET name = excluded.name, email = excluded.email, phone = excluded.phone, locale = excluded.locale, address = excluded.address,
    time_zone = excluded.time_zone
