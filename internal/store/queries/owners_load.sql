SELECT owner, count(*) AS open
FROM aftercare.cases
WHERE merchant_id = $1 AND owner = ANY ($2::text[]) AND closed_at IS NULL
GROUP BY owner
