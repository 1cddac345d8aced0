-- $4: they were reminded of it.
UPDATE aftercare.disputes
SET told_at = CASE WHEN $4 THEN told_at ELSE $3 END, reminded_at = CASE WHEN $4 THEN $3 ELSE reminded_at END
WHERE merchant_id = $1 AND dispute_id = $2 AND heard_at = $3
