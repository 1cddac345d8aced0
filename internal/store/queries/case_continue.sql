-- A case that has ended is continued by another: whoever looks at it, or reports a fact on it, is sent on.
UPDATE aftercare.cases
SET successor_id = $3, row = jsonb_set(row, '{successor_id}', to_jsonb($3::text))
WHERE case_id = $1 AND merchant_id = $2 AND successor_id = ''
