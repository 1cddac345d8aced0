-- Settled units stay: they are gone for good, whatever else becomes of the case.
DELETE FROM aftercare.unit_claims c
USING jsonb_to_recordset($3::jsonb) AS g (line_id text, units int[])
WHERE c.merchant_id = $1 AND c.case_id = $2 AND c.status = 'held' AND c.line_id = g.line_id AND c.unit = ANY (g.units)
