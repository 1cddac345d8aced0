-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 merchant, $6 events.
INSERT INTO aftercare.events (case_id, revision, merchant_id, at, name, event)
SELECT $1::text, (e->>'revision')::bigint, $5::text, (e->>'at')::timestamptz, e->>'name', e
FROM jsonb_array_elements($6::jsonb) AS e
WHERE aftercare.row_is_of($1, $2, $3, $4)
