SELECT name, locale, time_zone, email, phone FROM aftercare.customers WHERE merchant_id = $1 AND customer_id = $2
