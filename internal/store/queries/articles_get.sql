SELECT sku, product_id, name, options, price_minor, currency, in_stock FROM aftercare.articles WHERE merchant_id = $1 AND sku = ANY ($2::text[])
