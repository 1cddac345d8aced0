UPDATE aftercare.customers SET name = '', email = '', phone = '', address = NULL, time_zone = '' WHERE merchant_id = $1 AND customer_id = $2
