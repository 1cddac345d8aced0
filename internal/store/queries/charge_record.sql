UPDATE aftercare.charges SET status = $3, code = $4, answered_at = $5 WHERE merchant_id = $1 AND charge_id = $2
