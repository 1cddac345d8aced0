update sandbox.refunds set status = 'reversed', code = $3 where merchant_id = $1 and key = $2 and status = 'succeeded'
