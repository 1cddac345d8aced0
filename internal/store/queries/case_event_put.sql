INSERT INTO aftercare.events (case_id, revision, merchant_id, at, name, event)
SELECT $1::text, (e->>'revision')::bigint, $2::text, (e->>'at')::timestamptz, e->>'name', e
FROM (SELECT $3::jsonb AS e) AS given
