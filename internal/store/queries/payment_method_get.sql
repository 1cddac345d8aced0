SELECT EXISTS (SELECT FROM aftercare.payment_methods WHERE merchant_id = $1 AND customer_id = $2 AND payment_method_id = $3)
