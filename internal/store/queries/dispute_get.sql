SELECT d.merchant_id, d.dispute_id, d.kind, d.order_id, d.payment_id, d.case_id, d.amount_minor, d.currency, d.reason, d.status, d.taken_minor,
       d.opened_at, d.due_at, d.heard_at, d.decided_at,
       EXISTS (SELECT FROM aftercare.cases c WHERE c.merchant_id = d.merchant_id AND c.case_id = d.case_id AND c.closed_at IS NULL) AS attended
FROM aftercare.disputes d
WHERE merchant_id = $1 AND dispute_id = $2
