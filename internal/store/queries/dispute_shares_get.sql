SELECT line_id, amount_minor FROM aftercare.dispute_shares WHERE merchant_id = $1 AND dispute_id = $2 ORDER BY line_id
