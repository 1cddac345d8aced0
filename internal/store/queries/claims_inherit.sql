-- What a case holds passes to the one that continues it, for the lines it was opened for.
UPDATE aftercare.unit_claims
SET case_id = $4
WHERE merchant_id = $1 AND order_id = $2 AND case_id = $3 AND status = 'held' AND line_id = ANY ($5::text[])
RETURNING line_id, unit
