-- Who waits for this article for the longest time.
select key, quantity from sandbox.reservations
where merchant_id = $1 and sku = $2 and status = 'waiting' order by place limit 1
