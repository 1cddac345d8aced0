UPDATE aftercare.unit_claims SET case_id = $3 WHERE merchant_id = $1 AND case_id = $2 AND status = 'settled'
