-- A new charge or deposit, or one that failed and is ordered again under its key.
insert into sandbox.charges (merchant_id, key, number, kind, order_id, customer_id, method, amount, currency, status, code, until,
    asked_at, asked_really, due_really, settled_really)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, statement_timestamp(),
    statement_timestamp() + $14::bigint * interval '1 microsecond', case when $10 = 'held' then clock_timestamp() end)
on conflict (merchant_id, key) do update set
    status = excluded.status, code = excluded.code, until = excluded.until, asked_at = excluded.asked_at,
    asked_really = excluded.asked_really, due_really = excluded.due_really, settled_really = excluded.settled_really,
    tries = charges.tries + 1
