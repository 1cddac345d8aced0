-- A new reservation, or one that got nothing so far and is judged anew. One that is over stays over. Who waits keeps the
-- place in the queue; who begins to wait stands at its end.
insert into sandbox.reservations (merchant_id, key, sku, quantity, status, until, expected_at, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (merchant_id, key) do update set
    status = excluded.status, until = excluded.until, expected_at = excluded.expected_at, at = excluded.at,
    place = case when reservations.status = 'waiting' then reservations.place else excluded.place end
where reservations.status in ('none', 'waiting')
