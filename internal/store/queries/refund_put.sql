INSERT INTO aftercare.refunds (merchant_id, refund_id, case_id, order_id, customer_id, payment_id, method, amount_minor, currency, status, reserved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'requested', $10)
