-- Two cases of one customer ask one after the other, so that the second sees the first.
SELECT pg_advisory_xact_lock(hashtextextended('survey:' || $1::text || '/' || $2::text, 0))
