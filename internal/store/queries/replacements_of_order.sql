-- What each unit of an order is now that was replaced before: how often, by other requests than $3; the newest article; what was paid on top
-- for it in all, and how much of that is left with us for its line.
WITH charged AS (
    SELECT l.line_id, sum(p.captured_minor - p.paid_out_minor)::bigint AS minor
    FROM aftercare.payments p
    JOIN aftercare.charges c ON c.merchant_id = p.merchant_id AND c.charge_id = p.payment_id
    CROSS JOIN LATERAL unnest(c.lines) AS l (line_id)
    WHERE p.merchant_id = $1 AND p.order_id = $2 AND p.charged
    GROUP BY l.line_id)
SELECT r.line_id, r.unit, count(*)::int, max(r.replaced_at),
       (array_agg(r.sku ORDER BY r.replaced_at DESC, r.case_id DESC))[1], (array_agg(r.product_id ORDER BY r.replaced_at DESC, r.case_id DESC))[1],
       (array_agg(r.unit_price_minor ORDER BY r.replaced_at DESC, r.case_id DESC))[1],
       sum(r.on_top_minor)::bigint, COALESCE(max(charged.minor), 0)::bigint
FROM aftercare.unit_replacements r
LEFT JOIN charged ON charged.line_id = r.line_id
WHERE r.merchant_id = $1 AND r.order_id = $2 AND split_part(r.case_id, ':', 2) <> $3
GROUP BY r.line_id, r.unit
ORDER BY r.line_id, r.unit
