UPDATE aftercare.dispute_shares SET case_id = $3 WHERE merchant_id = $1 AND case_id = $2
