UPDATE aftercare.disputes SET told_at = $3 WHERE merchant_id = $1 AND dispute_id = $2 AND heard_at = $3
