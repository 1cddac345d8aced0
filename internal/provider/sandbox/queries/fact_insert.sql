insert into sandbox.facts (event_id, fact, source, body, occurred_at, occurred_really, copies)
values ($1, $2, $3, $4, $5, $6, $7)
