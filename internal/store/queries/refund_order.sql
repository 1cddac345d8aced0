SELECT order_id FROM aftercare.refunds WHERE merchant_id = $1 AND refund_id = $2
