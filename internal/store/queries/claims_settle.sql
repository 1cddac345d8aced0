-- A unit that nobody holds any more is settled too, because its money has moved. One that another case holds is left to
-- that case: the line's cap keeps it from being paid twice. What another case had replaced is settled for good once this one is paid for it.
INSERT INTO aftercare.unit_claims AS c (merchant_id, order_id, line_id, unit, case_id, status, claimed_at, settled_at)
SELECT $1, $2, g.line_id, u.unit, $3, 'settled', $4, $4
FROM jsonb_to_recordset($5::jsonb) AS g (line_id text, units int[])
CROSS JOIN LATERAL unnest(g.units) AS u (unit)
ON CONFLICT (merchant_id, order_id, line_id, unit) DO UPDATE
SET status = 'settled', settled_at = COALESCE(c.settled_at, excluded.settled_at),
    replaced = c.replaced AND EXISTS (SELECT FROM aftercare.unit_replacements r
                                      WHERE r.merchant_id = c.merchant_id AND r.order_id = c.order_id AND r.line_id = c.line_id AND r.unit = c.unit AND r.case_id = c.case_id)
WHERE c.case_id = excluded.case_id
