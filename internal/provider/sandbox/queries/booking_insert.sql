insert into sandbox.bookings (merchant_id, key, operation, order_id, customer_id, direction, carrier, waybill, asked, label, paid_by, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
