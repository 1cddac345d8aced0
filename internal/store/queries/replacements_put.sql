-- $1 merchant, $2 order, $3 case, $4 business time, $5 what the customer has now, by line and units. Each replacement is kept once.
WITH now AS (
    SELECT g.line_id, u.unit, g.sku, g.product_id, (g.unit_price->>'minor')::bigint AS price,
           (g.on_top->>'minor')::bigint / cardinality(g.units) + CASE WHEN u.place <= (g.on_top->>'minor')::bigint % cardinality(g.units) THEN 1 ELSE 0 END AS on_top
    FROM jsonb_to_recordset($5::jsonb) AS g (line_id text, units int[], sku text, product_id text, unit_price jsonb, on_top jsonb)
    CROSS JOIN LATERAL unnest(g.units) WITH ORDINALITY AS u (unit, place)
), kept AS (
    INSERT INTO aftercare.unit_replacements (merchant_id, order_id, line_id, unit, case_id, sku, product_id, unit_price_minor, on_top_minor, replaced_at)
    SELECT $1, $2, line_id, unit, $3, sku, COALESCE(product_id, ''), price, on_top, $4 FROM now
    ON CONFLICT (merchant_id, order_id, line_id, unit, case_id) DO NOTHING
)
UPDATE aftercare.unit_claims c SET replaced = true
FROM now
WHERE c.merchant_id = $1 AND c.order_id = $2 AND c.line_id = now.line_id AND c.unit = now.unit AND c.case_id = $3 AND c.status = 'settled'
