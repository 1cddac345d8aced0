-- $1 case, $2 merchant, $3 events.
INSERT INTO aftercare.events (case_id, revision, merchant_id, at, name, event)
SELECT $1::text, (e->>'revision')::bigint, $2::text, (e->>'at')::timestamptz, e->>'name', e
FROM jsonb_array_elements($3::jsonb) AS e
WHERE EXISTS (SELECT FROM aftercare.cases c WHERE c.case_id = $1::text AND c.xmin = pg_current_xact_id_if_assigned()::xid)
