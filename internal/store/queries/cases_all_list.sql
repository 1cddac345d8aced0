-- Cases, the newest first; only the closed ones where $18 is true. The rest as in cases_open_list.
SELECT row
FROM aftercare.cases
WHERE ($1::text = '' OR merchant_id = $1) AND ($18::boolean IS FALSE OR closed_at IS NOT NULL)
  AND ($2::text = '' OR owner = $2) AND ($3::text = '' OR state = $3)
  AND ($4::text = '' OR stage = $4) AND ($5::text = '' OR turn = $5)
  AND ($6::text = '' OR order_id = $6) AND ($7::text = '' OR customer_id = $7)
  AND ($8::text[] IS NULL OR case_id = ANY ($8))
  AND ($9::text = '' OR (row->>'asked' = $9 OR jsonb_path_exists(row, '$.approvals[*] ? (!exists(@.decided_by) && @.asked == $who)', jsonb_build_object('who', $9))))
  AND ($10::text = '' OR owner = $10 OR (row->>'asked' = $10 OR jsonb_path_exists(row, '$.approvals[*] ? (!exists(@.decided_by) && @.asked == $who)', jsonb_build_object('who', $10))))
  AND ($11::int = 0 OR level = $11) AND ($12::text = '' OR priority = $12) AND ($13::text = '' OR kind = $13)
  AND ($14::timestamptz IS NULL OR due_at < $14)
  AND ($15::timestamptz IS NULL OR due_at < GREATEST($15, (row->>'now')::timestamptz))
  AND ($21::boolean IS FALSE OR lost)
  AND (NOT $22::boolean OR row->'parked' @> '[{}]') AND ($23::jsonb IS NULL OR row->'parked' @> $23)
  AND ($20::text = '' OR jsonb_path_exists(row, '$.disputes[*] ? (($w == "any" || @.kind == $w) && (@.status == "open" || @.status == "answered" || @.status == "missed"))', jsonb_build_object('w', $20::text))
       OR jsonb_path_exists(row, '$.holds[*] ? ($w == "any" || @.kind == $w)', jsonb_build_object('w', $20::text)))
  AND ($17::text = '' OR (opened_at, case_id) < ($16::timestamptz, $17))
ORDER BY opened_at DESC, case_id DESC
LIMIT $19::int
