-- A line ($4) has paid $7 for units of another ($5, of which $6 is the first): what can be paid out of them moves with it, and never more than
-- is left of the line that has paid. Kept once, however often it is said, and by whichever case of a request: one that is reopened settles anew.
WITH kept AS (
    INSERT INTO aftercare.line_nettings (merchant_id, order_id, case_id, from_line, to_line, to_unit, amount_minor, netted_at)
    SELECT $1, $2, $3, l.line_id, $5, $6, LEAST($7::bigint, l.cost_minor + l.netted_minor - l.paid_out_minor), $8
    FROM aftercare.order_lines l
    WHERE l.merchant_id = $1 AND l.order_id = $2 AND l.line_id = $4 AND LEAST($7::bigint, l.cost_minor + l.netted_minor - l.paid_out_minor) > 0
      AND NOT EXISTS (SELECT FROM aftercare.line_nettings n
                      WHERE n.merchant_id = $1 AND n.order_id = $2 AND n.from_line = $4 AND n.to_line = $5 AND n.to_unit = $6
                        AND split_part(n.case_id, ':', 2) = split_part($3, ':', 2))
    ON CONFLICT (merchant_id, order_id, case_id, from_line, to_line, to_unit) DO NOTHING
    RETURNING from_line, to_line, amount_minor
)
UPDATE aftercare.order_lines l
SET netted_minor = l.netted_minor + CASE WHEN l.line_id = kept.to_line THEN kept.amount_minor ELSE -kept.amount_minor END
FROM kept
WHERE l.merchant_id = $1 AND l.order_id = $2 AND l.line_id IN (kept.from_line, kept.to_line)
