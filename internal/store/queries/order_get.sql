SELECT snapshot FROM aftercare.orders WHERE merchant_id = $1 AND order_id = $2
