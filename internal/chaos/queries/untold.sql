select fact || ' ' || event_id || ': ' || last_error from sandbox.facts where delivered_really is null order by fact_id
