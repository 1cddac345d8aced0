INSERT INTO aftercare.refund_shares (merchant_id, refund_id, order_id, line_id, amount_minor)
SELECT $1, $2, $3, g.line_id, sum((g.amount->>'minor')::bigint)
FROM jsonb_to_recordset($4::jsonb) AS g (line_id text, amount jsonb)
GROUP BY g.line_id
