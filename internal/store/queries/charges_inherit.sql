UPDATE aftercare.charges SET case_id = $3 WHERE merchant_id = $1 AND case_id = $2
