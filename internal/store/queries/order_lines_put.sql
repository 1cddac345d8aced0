-- An order that the ledger has written in keeps what was paid out. Should the shop lower a price below that, the cost
-- stays at what was paid out, so that nothing more can be.
INSERT INTO aftercare.order_lines AS l
       (merchant_id, order_id, line_id, sku, shipped_sku, product_id, quantity, unit_price_minor, cost_minor, prior_minor, paid_out_minor)
SELECT $1, $2, g.line_id, g.sku, g.shipped_sku, g.product_id, g.quantity, g.unit_price_minor, g.cost_minor, g.prior_minor, g.prior_minor
FROM jsonb_to_recordset($3::jsonb) AS g (line_id text, sku text, shipped_sku text, product_id text, quantity int,
                                         unit_price_minor bigint, cost_minor bigint, prior_minor bigint)
ON CONFLICT (merchant_id, order_id, line_id) DO UPDATE
SET sku = excluded.sku, shipped_sku = excluded.shipped_sku, product_id = excluded.product_id,
    quantity = excluded.quantity, unit_price_minor = excluded.unit_price_minor,
    cost_minor = CASE WHEN aftercare.order_is_booked($1, $2) THEN GREATEST(excluded.cost_minor, l.paid_out_minor - l.netted_minor) ELSE excluded.cost_minor END,
    prior_minor = CASE WHEN aftercare.order_is_booked($1, $2) THEN l.prior_minor ELSE excluded.prior_minor END,
    paid_out_minor = CASE WHEN aftercare.order_is_booked($1, $2) THEN l.paid_out_minor ELSE excluded.prior_minor END
