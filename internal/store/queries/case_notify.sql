SELECT pg_notify('aftercare_cases', $1::text || ' ' || $4::bigint) WHERE aftercare.row_is_of($1, $2, $3, $4)
