-- A case that would answer a dispute writes that down, unless another one has answered, or is about to; whoever has answered may repeat it.
-- $1 merchant, $2 dispute, $3 case, $4 key, $5 how long another one's claim stands.
WITH mine AS (
    SELECT FROM aftercare.dispute_answers WHERE merchant_id = $1 AND dispute_id = $2 AND case_id = $3 AND given
), other AS (
    SELECT FROM aftercare.dispute_answers
    WHERE merchant_id = $1 AND dispute_id = $2 AND case_id <> $3 AND (given OR claimed_at > clock_timestamp() - $5::interval)
      AND NOT EXISTS (SELECT FROM mine)
)
INSERT INTO aftercare.dispute_answers AS a (merchant_id, dispute_id, case_id, key, claimed_at)
SELECT $1, $2, $3, $4, clock_timestamp()
WHERE NOT EXISTS (SELECT FROM other)
ON CONFLICT (merchant_id, dispute_id, case_id) DO UPDATE SET key = excluded.key, claimed_at = excluded.claimed_at
RETURNING true
