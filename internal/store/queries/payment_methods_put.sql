INSERT INTO aftercare.payment_methods (merchant_id, customer_id, payment_method_id, kind, balance_minor, balance_currency)
SELECT $1, $2, g.payment_method_id, g.kind, (g.balance->>'minor')::bigint, g.balance->>'currency'
FROM jsonb_to_recordset($3::jsonb) AS g (payment_method_id text, kind text, balance jsonb)
ON CONFLICT (merchant_id, customer_id, payment_method_id) DO UPDATE
SET kind = excluded.kind, balance_minor = excluded.balance_minor, balance_currency = excluded.balance_currency
