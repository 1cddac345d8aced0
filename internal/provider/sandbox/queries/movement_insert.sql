insert into sandbox.movements (source, event_id, carrier, waybill, fact, code, place, occurred_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
