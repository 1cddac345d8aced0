-- $1 case, $2 row as it ends: another case goes on from it.
UPDATE aftercare.cases
SET row = $2, revision = ($2::jsonb->>'revision')::bigint, confirmed_revision = ($2::jsonb->>'revision')::bigint,
    stage = $2::jsonb->>'stage', state = $2::jsonb->>'state', outcome = $2::jsonb->>'outcome', turn = $2::jsonb->>'turn',
    due_at = NULL, closed_at = ($2::jsonb->>'closed_at')::timestamptz, successor_id = $2::jsonb->>'successor_id',
    changed_at = clock_timestamp()
WHERE case_id = $1
