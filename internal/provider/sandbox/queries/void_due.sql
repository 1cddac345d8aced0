-- The first deposit that is void by now, with the fault that told so.
select c.merchant_id, c.key, c.number, c.amount, c.currency, c.tries,
    c.asked_at + (d.due - c.asked_really), d.due, f.fault_id
from sandbox.faults f
join sandbox.charges c on c.status = 'held'
    and (f.match_key = '' and c.settled_really >= f.told_really or f.match_key <> '' and strpos(c.key, f.match_key) > 0)
cross join lateral (
    select greatest(c.settled_really, f.told_really) + coalesce(nullif(f.param, ''), '0')::interval as due) d
where f.system = 'payments' and f.operation = 'hold' and f.mode = 'reverse' and f.times_left > 0 and d.due <= clock_timestamp()
    and ($2 = '' or c.merchant_id = $1 and c.key = $2)
order by f.fault_id, d.due limit 1
for update of f, c
