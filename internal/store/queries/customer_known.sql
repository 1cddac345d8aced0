SELECT EXISTS (SELECT FROM aftercare.customers WHERE merchant_id = $1 AND customer_id = $2)
    OR EXISTS (SELECT FROM aftercare.orders WHERE merchant_id = $1 AND customer_id = $2)
