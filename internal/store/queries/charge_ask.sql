UPDATE aftercare.charges
SET status = 'requested', code = '', asked_at = COALESCE(asked_at, $3), attempts = attempts + 1
WHERE merchant_id = $1 AND charge_id = $2
