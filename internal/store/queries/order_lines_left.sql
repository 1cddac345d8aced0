-- What lines cost, and what of that can be paid out of them in all: less where a line has paid for another, and more where others have.
SELECT line_id, quantity, unit_price_minor, cost_minor + netted_minor AS cost_minor, netted_minor, prior_minor, paid_out_minor
FROM aftercare.order_lines
WHERE merchant_id = $1 AND order_id = $2
