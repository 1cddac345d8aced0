select exists (select from sandbox.methods where merchant_id in ($1, '') and method = $2 and customer_id = $3)
