-- What is due within the minute and begins with $1: money that has not settled, goods that have not left, facts that nobody has taken.
select exists (select from sandbox.refunds where status = 'accepted' and starts_with(key, $1) and due_really < clock_timestamp() + interval '1 minute')
    or exists (select from sandbox.charges where status = 'accepted' and starts_with(key, $1) and due_really < clock_timestamp() + interval '1 minute')
    or exists (select from sandbox.shipments where status = 'ordered' and starts_with(shipment_id, $1) and due_really < clock_timestamp() + interval '1 minute')
    or exists (select from sandbox.facts where delivered_really is null and strpos(body::text, '"' || $1) > 0)
