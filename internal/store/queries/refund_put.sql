INSERT INTO aftercare.refunds (merchant_id, refund_id, case_id, order_id, customer_id, payment_id, method, amount_minor, currency,
                               shares, replaces, status, reserved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'requested', $12)
