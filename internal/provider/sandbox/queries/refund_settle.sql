update sandbox.refunds set status = $3, code = $4, settled_really = due_really
where merchant_id = $1 and key = $2 and status = 'accepted'
