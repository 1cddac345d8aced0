update sandbox.facts set delivered_really = clock_timestamp(), last_error = '' where fact_id = $1
