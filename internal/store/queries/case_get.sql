SELECT c.row, COALESCE((SELECT jsonb_agg(e.event ORDER BY e.revision) FROM aftercare.events e WHERE e.case_id = c.case_id), '[]') AS events
FROM aftercare.cases c
WHERE c.case_id = $1 AND c.merchant_id = $2
