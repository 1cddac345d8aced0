SELECT dispute_id FROM aftercare.disputes
WHERE merchant_id = $1 AND order_id = $2 AND taken_minor > 0 AND status IN ('open', 'answered', 'missed')
ORDER BY dispute_id
