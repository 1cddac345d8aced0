-- A case takes certain units again: $3 case, $4 the case that held them before, $5 business time, $6 units by line. What is free, or is
-- still held by the case before, becomes its own; what that case had settled stays settled. Returns what it has then.
WITH wanted AS (
    SELECT g.line_id, u.unit
    FROM jsonb_to_recordset($6::jsonb) AS g (line_id text, units int[])
    CROSS JOIN LATERAL unnest(g.units) AS u (unit)
), took AS (
    INSERT INTO aftercare.unit_claims AS c (merchant_id, order_id, line_id, unit, case_id, status, claimed_at)
    SELECT $1, $2, line_id, unit, $3, 'held', $5 FROM wanted
    ON CONFLICT (merchant_id, order_id, line_id, unit) DO UPDATE
    SET case_id = excluded.case_id
    WHERE c.case_id IN ($3, $4)
    RETURNING c.line_id, c.unit
)
SELECT line_id, unit FROM took ORDER BY line_id, unit
