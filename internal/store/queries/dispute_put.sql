INSERT INTO aftercare.disputes AS d (merchant_id, dispute_id, kind, order_id, payment_id, case_id, amount_minor, currency, reason, status,
                                     taken_minor, opened_at, due_at, heard_at, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (merchant_id, dispute_id) DO UPDATE
SET payment_id = excluded.payment_id, case_id = excluded.case_id, amount_minor = excluded.amount_minor, reason = excluded.reason,
    status = excluded.status, taken_minor = excluded.taken_minor, opened_at = excluded.opened_at, due_at = excluded.due_at,
    heard_at = excluded.heard_at, decided_at = excluded.decided_at
