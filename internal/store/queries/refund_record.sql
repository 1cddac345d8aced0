UPDATE aftercare.refunds SET status = $3, code = $4, answered_at = $5, ordered_again = false WHERE merchant_id = $1 AND refund_id = $2
