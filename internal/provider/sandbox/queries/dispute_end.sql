update sandbox.disputes set status = $3, ended_at = $4 where merchant_id = $1 and dispute_id = $2
