-- Takes units that are free, or were replaced before.
INSERT INTO aftercare.unit_claims AS c (merchant_id, order_id, line_id, unit, case_id, status, claimed_at)
SELECT $1, $2, g.line_id, u.unit, $3, 'held', $4
FROM jsonb_to_recordset($5::jsonb) AS g (line_id text, units int[])
CROSS JOIN LATERAL unnest(g.units) AS u (unit)
ON CONFLICT (merchant_id, order_id, line_id, unit) DO UPDATE
SET case_id = excluded.case_id, status = 'held', claimed_at = excluded.claimed_at, settled_at = NULL, replaced = false
WHERE c.replaced
