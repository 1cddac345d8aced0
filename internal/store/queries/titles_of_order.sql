SELECT l.line_id, COALESCE(NULLIF(l.name, ''), a.name, ''), COALESCE(l.options, a.options)
FROM aftercare.orders o
CROSS JOIN LATERAL jsonb_to_recordset(o.snapshot -> 'lines') AS l (line_id text, sku text, name text, options jsonb)
LEFT JOIN aftercare.articles a ON a.merchant_id = o.merchant_id AND a.sku = l.sku
WHERE o.merchant_id = $1 AND o.order_id = $2
