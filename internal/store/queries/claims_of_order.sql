-- Who has which unit. One that was replaced is free for a new request (again) once nothing is decided any more in the case that replaced it.
SELECT u.line_id, u.unit, u.case_id, u.status = 'settled' AS settled, u.replaced,
       u.replaced AND NOT EXISTS (SELECT FROM aftercare.cases c
                                  WHERE c.merchant_id = u.merchant_id AND c.case_id = u.case_id AND c.closed_at IS NULL AND c.row->>'state' <> 'FOLLOW_UP') AS again
FROM aftercare.unit_claims u
WHERE u.merchant_id = $1 AND u.order_id = $2
ORDER BY u.line_id, u.unit
