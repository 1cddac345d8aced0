-- Open cases with a step that is parked, of $1 or of all merchants, with one that contains $2 where it is given, after the case $3.
SELECT case_id, row->'parked'
FROM aftercare.cases
WHERE closed_at IS NULL AND row->'parked' @> '[{}]'
  AND ($1::text = '' OR merchant_id = $1) AND ($2::jsonb IS NULL OR row->'parked' @> $2) AND case_id > $3
ORDER BY case_id
LIMIT $4
