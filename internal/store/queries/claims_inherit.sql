-- What a case holds passes to the one that continues it, for the units that are handed over, or, where none are named, for the lines it
-- was opened for. A case that is reopened hands over what it had settled too: it is the same wish that is looked at again.
UPDATE aftercare.unit_claims c
SET case_id = $4
WHERE c.merchant_id = $1 AND c.order_id = $2 AND c.case_id = $3 AND (c.status = 'held' OR $7) AND c.line_id = ANY ($5::text[])
  AND ($6::jsonb IS NULL OR EXISTS (SELECT FROM jsonb_to_recordset($6::jsonb) AS g (line_id text, units int[])
                                    WHERE g.line_id = c.line_id AND c.unit = ANY (g.units)))
RETURNING line_id, unit
