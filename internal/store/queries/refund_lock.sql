-- Claims and money of one order are changed by one transaction at a time (order_lock.sql). $1 merchant, $2 refund. Returns a row where there is one.
SELECT pg_advisory_xact_lock(hashtextextended('order:' || r.merchant_id || '/' || r.order_id, 0))
FROM aftercare.refunds r
WHERE r.merchant_id = $1 AND r.refund_id = $2
