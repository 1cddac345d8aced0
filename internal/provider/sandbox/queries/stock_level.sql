-- An article of the merchant's own goes before one of every merchant's.
select coalesce((select opening from sandbox.articles where merchant_id in ($1, '') and sku = $2 order by merchant_id desc limit 1), 0)
    + coalesce((select sum(quantity) from sandbox.stock_movements
        where merchant_id = $1 and sku = $2 and disposition = 'restock'), 0)::bigint
