SELECT order_id FROM aftercare.charges WHERE merchant_id = $1 AND charge_id = $2
