-- Claims and money of one order are changed by one transaction at a time.
SELECT pg_advisory_xact_lock(hashtextextended('order:' || $1::text || '/' || $2::text, 0))
