-- Cases, the newest first; only the closed ones where $11 is true. The rest as in cases_open_list.
SELECT row
FROM aftercare.cases
WHERE ($1::text = '' OR merchant_id = $1) AND ($11::boolean IS FALSE OR closed_at IS NOT NULL)
  AND ($2::text = '' OR owner = $2) AND ($3::text = '' OR state = $3)
  AND ($4::text = '' OR stage = $4) AND ($5::text = '' OR turn = $5)
  AND ($6::text = '' OR order_id = $6) AND ($7::text = '' OR customer_id = $7)
  AND ($8::text[] IS NULL OR case_id = ANY ($8))
  AND ($10::text = '' OR (opened_at, case_id) < ($9::timestamptz, $10))
ORDER BY opened_at DESC, case_id DESC
LIMIT $12::int
