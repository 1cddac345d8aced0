-- Goods that are kept longer than was asked for, the longest first.
select key, quantity from sandbox.reservations
where merchant_id = $1 and sku = $2 and status = 'held' and until < $3 order by until, place
