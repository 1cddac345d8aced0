-- $1 case, $2 base. The base stands in a query of its own so that PostgreSQL does not plan the statement
-- anew for each number.
DELETE FROM aftercare.events e
WHERE e.case_id = $1::text AND e.revision > (SELECT $2::bigint)
  AND EXISTS (SELECT FROM aftercare.cases c WHERE c.case_id = $1::text AND c.xmin = pg_current_xact_id_if_assigned()::xid)
