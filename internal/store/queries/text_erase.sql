UPDATE aftercare.texts SET body = NULL, erased_at = COALESCE(erased_at, $3) WHERE merchant_id = $1 AND text_id = $2
