-- received_at is when it reaches us, in business time: when it happened and the time that has really passed since.
update sandbox.facts set tries = tries + 1, next_try_really = clock_timestamp() + $2::bigint * interval '1 microsecond'
where fact_id in (
    select fact_id from sandbox.facts
    where delivered_really is null and next_try_really <= clock_timestamp()
    order by fact_id limit $1 for update skip locked)
returning fact_id, fact, copies, tries, source, event_id, body,
    occurred_at, occurred_at + (clock_timestamp() - occurred_really)
