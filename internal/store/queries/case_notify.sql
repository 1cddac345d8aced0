-- $1 case, $2 run_id, $3 history_length, $4 revision.
SELECT pg_notify('aftercare_cases', $1::text || ' ' || $4::bigint)
WHERE EXISTS (SELECT FROM aftercare.cases c
              WHERE c.case_id = $1::text AND c.revision = $4::bigint AND ($2::text = '*' OR (c.run_id = $2::text AND c.history_length = $3::int)))
