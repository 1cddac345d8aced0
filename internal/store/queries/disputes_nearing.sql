-- Disputes that people know of, that no open case answers, and to which our answer is due soon: when two days are left, or half of the time
-- where it was shorter. Each once for its newest word. The case is the last one of the order. $1 the moment, $2 until when our answer is due
-- where nobody said, after the word, $3 how many at most.
SELECT d.merchant_id, d.dispute_id, d.kind, d.order_id, d.payment_id, COALESCE(last.case_id, ''), d.amount_minor, d.currency, d.reason, d.status,
       d.taken_minor, d.opened_at, d.due_at, d.heard_at, d.decided_at, false AS attended
FROM aftercare.disputes d
CROSS JOIN LATERAL (SELECT COALESCE(d.due_at, d.heard_at + $2::interval) AS at) AS due
LEFT JOIN LATERAL (
    SELECT c.case_id, c.closed_at IS NULL AND NOT c.lost AS open
    FROM aftercare.cases c
    WHERE c.merchant_id = d.merchant_id AND c.order_id = d.order_id
    ORDER BY c.closed_at IS NULL AND NOT c.lost DESC, c.opened_at DESC, c.case_id DESC
    LIMIT 1) AS last ON true
WHERE d.status = 'open' AND d.told_at = d.heard_at AND d.reminded_at IS DISTINCT FROM d.heard_at AND NOT COALESCE(last.open, false)
  AND due.at - LEAST(interval '2 days', (due.at - d.heard_at) / 2) <= $1
ORDER BY due.at
LIMIT $3
