-- A new refund, or one that failed or came back and is ordered again under its key.
insert into sandbox.refunds (merchant_id, key, number, order_id, payment_id, method, amount, currency, status, code,
    asked_at, asked_really, due_really)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, statement_timestamp(),
    statement_timestamp() + $12::bigint * interval '1 microsecond')
on conflict (merchant_id, key) do update set
    status = excluded.status, code = excluded.code, asked_at = excluded.asked_at, asked_really = excluded.asked_really,
    due_really = excluded.due_really, settled_really = null, tries = refunds.tries + 1
