-- Units that were refunded before Aftercare are settled. Nobody says which ones they were: the highest free numbers.
INSERT INTO aftercare.unit_claims (merchant_id, order_id, line_id, unit, case_id, status, claimed_at, settled_at)
SELECT $1, $2, ranked.line_id, ranked.unit, '', 'settled', $4, $4
FROM (
    SELECT g.line_id, u.unit, g.settled, row_number() OVER (PARTITION BY g.line_id ORDER BY u.unit DESC) AS place
    FROM jsonb_to_recordset($3::jsonb) AS g (line_id text, quantity int, settled int)
    CROSS JOIN LATERAL generate_series(1, g.quantity) AS u (unit)
    WHERE NOT EXISTS (SELECT FROM aftercare.unit_claims c
                      WHERE c.merchant_id = $1 AND c.order_id = $2 AND c.line_id = g.line_id AND c.unit = u.unit)
) AS ranked
WHERE ranked.place <= ranked.settled AND NOT aftercare.order_is_booked($1, $2)
