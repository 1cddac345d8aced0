insert into sandbox.shipments (merchant_id, shipment_id, number, order_id, customer_id, asked, status, asked_at, due_really)
values ($1, $2, $3, $4, $5, $6, 'ordered', $7, clock_timestamp() + $8::bigint * interval '1 microsecond')
