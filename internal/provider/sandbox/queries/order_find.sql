select body from sandbox.orders where merchant_id = $1 and order_id = $2
