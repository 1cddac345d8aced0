-- The refunds of a case pass to the one that continues it, under their numbers: what is under way is that case's to wait for.
UPDATE aftercare.refunds SET case_id = $3 WHERE merchant_id = $1 AND case_id = $2
