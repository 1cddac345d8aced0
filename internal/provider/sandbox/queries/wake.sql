-- The pump listens; the word is heard when this transaction commits.
select pg_notify('aftercare_sandbox', '')
