-- Moves a charge on, if it stands where the caller saw it.
update sandbox.charges set status = $4, code = $5, settled_really = clock_timestamp()
where merchant_id = $1 and key = $2 and status = $3
