-- A case that is reopened hands the refunds of its lines over: what the provider says of them from now on concerns the case that goes on.
UPDATE aftercare.refunds SET case_id = $3 WHERE merchant_id = $1 AND case_id = $2 AND refund_id = ANY ($4::text[])
