-- The case that a derived key names, as it stands now. $1 case.
SELECT c.case_id, n.case_id AS now_id, n.closed, c.merchant_id, true AS exact
FROM aftercare.cases c
CROSS JOIN LATERAL aftercare.case_now(c.case_id) AS n
WHERE c.case_id = $1
