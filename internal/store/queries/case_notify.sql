-- $1 case, $2 revision.
SELECT pg_notify('aftercare_cases', $1::text || ' ' || $2::bigint)
WHERE EXISTS (SELECT FROM aftercare.cases c WHERE c.case_id = $1::text AND c.xmin = pg_current_xact_id_if_assigned()::xid)
