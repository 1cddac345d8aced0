-- The other case that has answered a dispute, or else the first that was about to.
SELECT case_id, given
FROM aftercare.dispute_answers
WHERE merchant_id = $1 AND dispute_id = $2 AND case_id <> $3
ORDER BY given DESC, claimed_at, case_id
LIMIT 1
