-- Seconds until the next refund or charge settles, the next shipment leaves or the next fact is due; $1 at most.
select extract(epoch from greatest(interval '0', least(
    clock_timestamp() + $1::float8 * interval '1 second',
    (select min(due_really) from sandbox.refunds where status = 'accepted'),
    (select min(due_really) from sandbox.charges where status = 'accepted'),
    (select min(due_really) from sandbox.shipments where status = 'ordered'),
    (select min(next_try_really) from sandbox.facts where delivered_really is null)) - clock_timestamp()))::float8
