insert into sandbox.shipments (merchant_id, shipment_id, number, order_id, customer_id, asked, status, asked_at, asked_really, due_really)
values ($1, $2, $3, $4, $5, $6, 'ordered', $7, statement_timestamp(), statement_timestamp() + $8::bigint * interval '1 microsecond')
