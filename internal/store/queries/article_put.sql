INSERT INTO aftercare.articles (merchant_id, sku, product_id, name, options, price_minor, currency, in_stock)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (merchant_id, sku) DO UPDATE
SET product_id = excluded.product_id, name = excluded.name, options = excluded.options, price_minor = excluded.price_minor,
    currency = excluded.currency, in_stock = excluded.in_stock
