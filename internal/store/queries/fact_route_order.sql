-- Every case of an order, as it stands now: a dispute is about money that all of them share. $3 is our refund, whose case comes first.
SELECT c.case_id, n.case_id AS now_id, n.closed, c.merchant_id, true AS exact
FROM aftercare.cases c
CROSS JOIN LATERAL aftercare.case_now(c.case_id) AS n
WHERE c.merchant_id = $1 AND c.order_id = $2
ORDER BY n.closed, EXISTS (SELECT FROM aftercare.refunds r WHERE r.refund_id = $3 AND r.case_id = c.case_id) DESC, c.opened_at DESC, c.case_id
