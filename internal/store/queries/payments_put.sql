-- As for lines: what was paid out stays, and a payment that the shop lowered below it has nothing left to refund.
INSERT INTO aftercare.payments AS p
       (merchant_id, order_id, payment_id, method, position, captured_minor, prior_minor, paid_out_minor)
SELECT $1, $2, g.payment_id, g.method, g.position, g.captured_minor, g.prior_minor, g.prior_minor
FROM jsonb_to_recordset($3::jsonb) AS g (payment_id text, method text, position int, captured_minor bigint, prior_minor bigint)
ON CONFLICT (merchant_id, order_id, payment_id) DO UPDATE
SET method = excluded.method, position = excluded.position,
    captured_minor = CASE WHEN aftercare.order_is_booked($1, $2) THEN GREATEST(excluded.captured_minor, p.paid_out_minor) ELSE excluded.captured_minor END,
    prior_minor = CASE WHEN aftercare.order_is_booked($1, $2) THEN p.prior_minor ELSE excluded.prior_minor END,
    paid_out_minor = CASE WHEN aftercare.order_is_booked($1, $2) THEN p.paid_out_minor ELSE excluded.prior_minor END
