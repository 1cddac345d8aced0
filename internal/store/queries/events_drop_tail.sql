-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 base.
DELETE FROM aftercare.events e
WHERE e.case_id = $1::text AND e.revision > $5::bigint AND aftercare.row_is_of($1, $2, $3, $4)
