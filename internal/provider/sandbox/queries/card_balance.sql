select m.opening
    + coalesce((select sum(amount) from sandbox.refunds r
        where r.merchant_id = $1 and r.method = m.method and r.currency = m.currency and r.status = 'succeeded'), 0)::bigint
    - coalesce((select sum(amount) from sandbox.charges c
        where c.merchant_id = $1 and c.method = m.method and c.currency = m.currency
            and c.status in ('succeeded', 'held', 'captured')), 0)::bigint, m.currency
from sandbox.methods m
where m.merchant_id in ($1, '') and m.method = $2 and m.opening is not null
order by m.merchant_id desc limit 1
