update sandbox.charges set due_really = clock_timestamp() + $3::bigint * interval '1 microsecond'
where merchant_id = $1 and key = $2 and status = 'accepted'
