SELECT r.case_id, n.case_id AS now_id, n.closed, r.merchant_id, true AS exact
FROM aftercare.refunds r
CROSS JOIN LATERAL aftercare.case_now(r.case_id) AS n
WHERE r.refund_id = $1
ORDER BY r.merchant_id
