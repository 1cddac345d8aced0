SELECT pg_notify('aftercare_cases', $1::text || ' ' || $2::bigint)
