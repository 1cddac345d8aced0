UPDATE aftercare.refunds SET ordered_again = true WHERE merchant_id = $1 AND refund_id = $2 AND status = 'failed'
