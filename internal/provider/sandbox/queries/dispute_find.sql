select payment_id, amount, currency, status, key, answer, opened_at from sandbox.disputes where merchant_id = $1 and dispute_id = $2 for update
