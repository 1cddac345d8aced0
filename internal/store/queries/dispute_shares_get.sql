-- $3 is a case; its request's shares are its own, whichever case of it they were given to.
SELECT line_id, case_id, request_id = split_part($3, ':', 2) AS own, amount_minor
FROM aftercare.dispute_shares
WHERE merchant_id = $1 AND dispute_id = $2
ORDER BY line_id, request_id
