INSERT INTO aftercare.charges (merchant_id, charge_id, case_id, order_id, customer_id, kind, method, amount_minor, currency, lines,
                               held_until, status, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'requested', $12)
