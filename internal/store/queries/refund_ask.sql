UPDATE aftercare.refunds
SET status = 'requested', code = '', asked_at = COALESCE(asked_at, $3), attempts = attempts + 1, ordered_again = false
WHERE merchant_id = $1 AND refund_id = $2
