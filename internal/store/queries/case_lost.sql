-- $1 case, $2 row with what ended it, $3 the run that was ended. That run writes nothing any more, should its worker not know yet. What
-- intake had answered is forgotten: the units are free again.
UPDATE aftercare.cases
SET row = $2, revision = ($2::jsonb->>'revision')::bigint, confirmed_revision = ($2::jsonb->>'revision')::bigint,
    turned_away = $3, accepted = NULL, changed_at = clock_timestamp()
WHERE case_id = $1
