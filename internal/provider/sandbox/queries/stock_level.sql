-- What can be sold. An article of the merchant's own goes before one of every merchant's. Goods that are kept, were sent or
-- could not be found cannot be sold.
select coalesce((select opening from sandbox.articles where merchant_id in ($1, '') and sku = $2 order by merchant_id desc limit 1), 0)
    + coalesce((select sum(quantity) from sandbox.stock_movements
        where merchant_id = $1 and sku = $2 and disposition = 'restock'), 0)::bigint
    + coalesce((select sum(quantity) from sandbox.arrivals where merchant_id = $1 and sku = $2), 0)::bigint
    - coalesce((select sum(quantity) from sandbox.reservations
        where merchant_id = $1 and sku = $2 and status in ('held', 'used', 'lost')), 0)::bigint
