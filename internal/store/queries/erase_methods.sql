DELETE FROM aftercare.payment_methods WHERE merchant_id = $1 AND customer_id = $2
