-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 merchant, $6 events.
INSERT INTO aftercare.events (case_id, revision, merchant_id, at, name, event)
SELECT $1::text, (e->>'revision')::bigint, $5::text, (e->>'at')::timestamptz, e->>'name', e
FROM jsonb_array_elements($6::jsonb) AS e
WHERE EXISTS (SELECT FROM aftercare.cases c
              WHERE c.case_id = $1::text AND c.revision = $4::bigint AND ($2::text = '*' OR (c.run_id = $2::text AND c.history_length = $3::int)))
