-- One transaction at a time changes what is kept of an article.
select pg_advisory_xact_lock(hashtextextended('stock:' || $1::text || '/' || $2::text, 0))
