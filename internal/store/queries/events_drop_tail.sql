-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 base. The base stands in a query of its own so that PostgreSQL does not plan the statement
-- anew for each number.
DELETE FROM aftercare.events e
WHERE e.case_id = $1::text AND e.revision > (SELECT $5::bigint)
  AND EXISTS (SELECT FROM aftercare.cases c
              WHERE c.case_id = $1::text AND c.revision = $4::bigint AND ($2::text = '*' OR (c.run_id = $2::text AND c.history_length = $3::int)))
