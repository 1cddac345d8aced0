-- One transaction at a time spends from a method.
select pg_advisory_xact_lock(hashtextextended('method:' || $1::text || '/' || $2::text, 0))
