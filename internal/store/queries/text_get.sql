SELECT body FROM aftercare.texts WHERE merchant_id = $1 AND text_id = $2
