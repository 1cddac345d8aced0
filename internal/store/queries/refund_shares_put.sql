INSERT INTO aftercare.refund_shares (merchant_id, refund_id, order_id, line_id, amount_minor)
SELECT $1, $2, $3, g.line_id, g.minor
FROM jsonb_to_recordset($4::jsonb) AS g (line_id text, minor bigint)
