-- Open cases, nearest due first. An empty filter is no filter; the planner sees the values and takes the index that fits.
-- $1 merchant, $2 owner, $3 state, $4 stage, $5 turn, $6 order, $7 customer, $8 case ids, $9 and $10 where the last page
-- ended, $11 limit.
SELECT row
FROM aftercare.cases
WHERE ($1::text = '' OR merchant_id = $1) AND closed_at IS NULL
  AND ($2::text = '' OR owner = $2) AND ($3::text = '' OR state = $3)
  AND ($4::text = '' OR stage = $4) AND ($5::text = '' OR turn = $5)
  AND ($6::text = '' OR order_id = $6) AND ($7::text = '' OR customer_id = $7)
  AND ($8::text[] IS NULL OR case_id = ANY ($8))
  AND ($10::text = '' OR (due_key, case_id) > ($9::timestamptz, $10))
ORDER BY due_key, case_id
LIMIT $11::int
