SELECT line_id, cost_minor - paid_out_minor AS left_minor
FROM aftercare.order_lines
WHERE merchant_id = $1 AND order_id = $2
