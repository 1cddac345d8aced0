-- Seconds until the next refund settles or the next fact is due; $1 at most.
select extract(epoch from greatest(interval '0', least(
    clock_timestamp() + $1::float8 * interval '1 second',
    (select min(due_really) from sandbox.refunds where status = 'accepted'),
    (select min(next_try_really) from sandbox.facts where delivered_really is null)) - clock_timestamp()))::float8
