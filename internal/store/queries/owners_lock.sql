-- One intake of a merchant picks an owner at a time; each sees the pick of the one before.
SELECT pg_advisory_xact_lock(hashtextextended('owners:' || $1::text, 0))
