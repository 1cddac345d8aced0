-- The currency of an order that money was booked on never changes: every amount of the ledger is counted in it.
INSERT INTO aftercare.orders AS o
       (merchant_id, order_id, customer_id, currency, status, placed_at, delivered_at, snapshot)
SELECT g->>'merchant_id', g->>'order_id', g->>'customer_id', g->>'currency', g->>'status',
       (g->>'placed_at')::timestamptz, (g->>'delivered_at')::timestamptz, g
FROM (SELECT $1::jsonb AS g) AS given
ON CONFLICT (merchant_id, order_id) DO UPDATE
SET customer_id = excluded.customer_id, currency = excluded.currency, status = excluded.status,
    placed_at = excluded.placed_at, delivered_at = excluded.delivered_at, snapshot = excluded.snapshot
WHERE o.currency = excluded.currency
   OR NOT (aftercare.order_is_booked(o.merchant_id, o.order_id)
           OR EXISTS (SELECT FROM aftercare.charges c WHERE c.merchant_id = o.merchant_id AND c.order_id = o.order_id))
