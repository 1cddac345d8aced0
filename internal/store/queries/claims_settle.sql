-- A unit that nobody holds any more is settled too, because its money has moved. One that another case holds is left to
-- that case: the line's cap keeps it from being paid twice.
INSERT INTO aftercare.unit_claims AS c (merchant_id, order_id, line_id, unit, case_id, status, claimed_at, settled_at)
SELECT $1, $2, g.line_id, u.unit, $3, 'settled', $4, $4
FROM jsonb_to_recordset($5::jsonb) AS g (line_id text, units int[])
CROSS JOIN LATERAL unnest(g.units) AS u (unit)
ON CONFLICT (merchant_id, order_id, line_id, unit) DO UPDATE
SET status = 'settled', settled_at = excluded.settled_at
WHERE c.case_id = excluded.case_id AND c.status = 'held'
