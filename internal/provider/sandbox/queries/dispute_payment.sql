select currency, order_id from sandbox.payments where merchant_id = $1 and payment_id = $2
