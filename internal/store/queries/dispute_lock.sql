SELECT FROM aftercare.disputes WHERE merchant_id = $1 AND dispute_id = $2 FOR UPDATE
