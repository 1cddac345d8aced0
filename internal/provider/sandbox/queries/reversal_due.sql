-- The first reversal that is due, with the fault that told it.
select r.merchant_id, r.key, r.number, r.amount, r.currency, r.tries,
    r.asked_at + (d.due - r.asked_really), d.due, f.fault_id
from sandbox.faults f
join sandbox.refunds r on r.status = 'succeeded'
    and (f.match_key = '' and r.settled_really >= f.told_really or f.match_key <> '' and strpos(r.key, f.match_key) > 0)
cross join lateral (
    select greatest(r.settled_really, f.told_really) + coalesce(nullif(f.param, ''), '0')::interval as due) d
where f.system = 'payments' and f.operation = 'settle' and f.mode = 'reverse' and f.times_left > 0 and d.due <= clock_timestamp()
    and ($2 = '' or r.merchant_id = $1 and r.key = $2)
order by f.fault_id, d.due limit 1
for update of f, r
