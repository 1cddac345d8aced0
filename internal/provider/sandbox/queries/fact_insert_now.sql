insert into sandbox.facts (event_id, fact, source, body, occurred_at, occurred_really)
values ($1, $2, $3, $4, $5, clock_timestamp()) on conflict (event_id) do nothing
