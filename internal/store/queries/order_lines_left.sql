SELECT line_id, quantity, unit_price_minor, cost_minor, prior_minor, paid_out_minor
FROM aftercare.order_lines
WHERE merchant_id = $1 AND order_id = $2
