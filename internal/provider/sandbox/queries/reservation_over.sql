-- A key that was given back before it was heard of.
insert into sandbox.reservations (merchant_id, key, status, at) values ($1, $2, 'released', $3) on conflict do nothing
