UPDATE aftercare.refunds
SET status = 'paid_by_hand', code = '', answered_at = $3, proof_id = $4, maker_role = $5, maker_id = $6, checker_role = $7, checker_id = $8
WHERE merchant_id = $1 AND refund_id = $2
