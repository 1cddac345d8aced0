-- What a customer's method can be charged with. Balance and currency are null where it has no balance of its own. A method
-- that paid the order is the customer's, whether it was imported or not. What was accepted or is held cannot be spent again.
select m.opening
    + coalesce((select sum(amount) from sandbox.refunds r
        where r.merchant_id = $1 and r.method = $2 and r.currency = m.currency and r.status = 'succeeded'), 0)::bigint
    - coalesce((select sum(amount) from sandbox.charges c
        where c.merchant_id = $1 and c.method = $2 and c.currency = m.currency
            and c.status in ('accepted', 'succeeded', 'held', 'captured')), 0)::bigint,
    m.currency
from (
    select merchant_id, opening, currency from sandbox.methods where merchant_id in ($1, '') and method = $2 and customer_id = $3
    union all
    select '', null, null from sandbox.payments where merchant_id = $1 and method = $2 and customer_id = $3 and order_id = $4
) m
order by m.opening is null, m.merchant_id desc limit 1
