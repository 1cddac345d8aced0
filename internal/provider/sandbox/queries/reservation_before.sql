-- How many pieces those wait for who came before this key: a newcomer does not overtake them.
select coalesce(sum(r.quantity), 0)::bigint from sandbox.reservations r
where r.merchant_id = $1 and r.sku = $2 and r.status = 'waiting' and r.key <> $3
    and r.place < coalesce((select own.place from sandbox.reservations own
        where own.merchant_id = $1 and own.key = $3 and own.status = 'waiting'), 9223372036854775807)
