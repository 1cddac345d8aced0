-- The other requests of a customer of which a rule may be told, each once, whatever cases it went through. $1 merchant, $2 customer, $3 the
-- request that is taken in, $4 opened since. What could not be a request, was merged or withdrawn counts for nothing; a finding counts while
-- it stands, and not while the customer objects, nor once it was dropped.
WITH asked AS (
    SELECT c.request_id, min(c.opened_at) AS opened_at,
           bool_or(c.reason = 'not_received') AS not_received,
           bool_or((c.row->>'refund_only')::boolean) AS refund_only,
           bool_or(jsonb_path_exists(c.row, '$.lines[*] ? ((@.finding == "wrong_item" || @.finding == "empty") && @.state != "APPEAL"
                                             && !(@.outcome == "COMPLETED" && @.deduction.minor == 0))')) AS other_goods
    FROM aftercare.cases c
    WHERE c.merchant_id = $1 AND c.customer_id = $2 AND c.request_id <> $3 AND c.opened_at >= $4
      AND c.outcome NOT IN ('INVALID', 'MERGED', 'WITHDRAWN')
    GROUP BY c.request_id
)
SELECT opened_at, not_received, refund_only, other_goods, 0 AS chargebacks
FROM asked
WHERE not_received OR refund_only OR other_goods
UNION ALL
SELECT d.opened_at, false, false, false, 1
FROM aftercare.disputes d JOIN aftercare.orders o USING (merchant_id, order_id)
WHERE d.merchant_id = $1 AND o.customer_id = $2 AND d.kind = 'chargeback' AND d.status = 'won' AND d.opened_at >= $4
ORDER BY opened_at DESC
LIMIT 1000
