select to_role = $3 and to_id = $4 and template = $5 from sandbox.messages where merchant_id = $1 and key = $2
