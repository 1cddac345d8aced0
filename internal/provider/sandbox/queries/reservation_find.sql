select sku, quantity, status, expected_at from sandbox.reservations where merchant_id = $1 and key = $2
