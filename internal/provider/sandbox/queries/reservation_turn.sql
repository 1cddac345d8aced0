-- Moves a reservation on, if it stands where the caller saw it.
update sandbox.reservations set status = $4 where merchant_id = $1 and key = $2 and status = $3
