-- Cases that were ended from outside and of which something is under way still. $1 one case, or all; $2 how many at most.
SELECT row FROM aftercare.cases
WHERE lost AND NOT (row->'lost'->>'settled')::boolean AND ($1::text = '' OR case_id = $1)
ORDER BY row->'lost'->>'found_at', case_id
LIMIT $2
