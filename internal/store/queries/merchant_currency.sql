SELECT currency FROM aftercare.orders WHERE merchant_id = $1 GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
