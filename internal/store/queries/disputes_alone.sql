-- Disputes of whose newest word nobody knows: no open case of the order could tell anybody, or none did so within a while, because it was
-- opened after the word had come. The case is the last one of the order. $1 how many at most.
SELECT d.merchant_id, d.dispute_id, d.kind, d.order_id, d.payment_id, COALESCE(last.case_id, ''), d.amount_minor, d.currency, d.reason, d.status,
       d.taken_minor, d.opened_at, d.due_at, d.heard_at, d.decided_at, false AS attended
FROM aftercare.disputes d
LEFT JOIN LATERAL (
    SELECT c.case_id, c.closed_at IS NULL AND NOT c.lost AS open
    FROM aftercare.cases c
    WHERE c.merchant_id = d.merchant_id AND c.order_id = d.order_id
    ORDER BY c.closed_at IS NULL AND NOT c.lost DESC, c.opened_at DESC, c.case_id DESC
    LIMIT 1) AS last ON true
WHERE d.told_at IS DISTINCT FROM d.heard_at
  AND (NOT COALESCE(last.open, false) OR d.noted_at < clock_timestamp() - interval '10 minutes')
ORDER BY d.noted_at
LIMIT $1
