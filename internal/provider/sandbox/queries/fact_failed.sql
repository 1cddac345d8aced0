update sandbox.facts set last_error = $2, next_try_really = clock_timestamp() + $3::bigint * interval '1 microsecond'
where fact_id = $1
