-- $16: a case has booked this word, and tells its people. The newest word that nobody was told of is told by the sweep.
INSERT INTO aftercare.disputes AS d (merchant_id, dispute_id, kind, order_id, payment_id, case_id, amount_minor, currency, reason, status,
                                     taken_minor, opened_at, due_at, heard_at, decided_at, told_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::timestamptz, $15, CASE WHEN $16::boolean THEN $14::timestamptz END)
ON CONFLICT (merchant_id, dispute_id) DO UPDATE
SET payment_id = excluded.payment_id, case_id = excluded.case_id, amount_minor = excluded.amount_minor, reason = excluded.reason,
    status = excluded.status, taken_minor = excluded.taken_minor, opened_at = excluded.opened_at, due_at = excluded.due_at,
    heard_at = excluded.heard_at, decided_at = excluded.decided_at,
    told_at = COALESCE(excluded.told_at, d.told_at), noted_at = CASE WHEN excluded.heard_at = d.heard_at THEN d.noted_at ELSE clock_timestamp() END
