-- Open cases, nearest due first. An empty filter is no filter; the planner sees the values and takes the index that fits.
-- $1 merchant, $2 owner, $3 state, $4 stage, $5 turn, $6 order, $7 customer, $8 case ids, $9 who is asked (by the escalation, or by an
-- approval that is open), $10 owner or asked, $11 level, $12 priority, $13 kind, $14 due before, $15 overdue at this moment, a case that
-- was fast-forwarded by its own time; $16 and $17 where the last page ended, $18 limit, $19 a dispute that is not decided or a hold: its kind, or
-- any, $20 whether only those that were ended from outside, $21 with a parked step, $22 with
-- one that contains this. cases_all_list and cases_count have the same.
SELECT row
FROM aftercare.cases
WHERE ($1::text = '' OR merchant_id = $1) AND closed_at IS NULL
  AND ($2::text = '' OR owner = $2) AND ($3::text = '' OR state = $3)
  AND ($4::text = '' OR stage = $4) AND ($5::text = '' OR turn = $5)
  AND ($6::text = '' OR order_id = $6) AND ($7::text = '' OR customer_id = $7)
  AND ($8::text[] IS NULL OR case_id = ANY ($8))
  AND ($9::text = '' OR (row->>'asked' = $9 OR jsonb_path_exists(row, '$.approvals[*] ? (!exists(@.decided_by) && @.asked == $who)', jsonb_build_object('who', $9))))
  AND ($10::text = '' OR owner = $10 OR (row->>'asked' = $10 OR jsonb_path_exists(row, '$.approvals[*] ? (!exists(@.decided_by) && @.asked == $who)', jsonb_build_object('who', $10))))
  AND ($11::int = 0 OR level = $11) AND ($12::text = '' OR priority = $12) AND ($13::text = '' OR kind = $13)
  AND ($14::timestamptz IS NULL OR due_at < $14)
  AND ($15::timestamptz IS NULL OR due_at < GREATEST($15, (row->>'now')::timestamptz))
  AND ($20::boolean IS FALSE OR lost)
  AND (NOT $21::boolean OR row->'parked' @> '[{}]') AND ($22::jsonb IS NULL OR row->'parked' @> $22)
  AND ($19::text = '' OR jsonb_path_exists(row, '$.disputes[*] ? (($w == "any" || @.kind == $w) && (@.status == "open" || @.status == "answered" || @.status == "missed"))', jsonb_build_object('w', $19::text))
       OR jsonb_path_exists(row, '$.holds[*] ? ($w == "any" || @.kind == $w)', jsonb_build_object('w', $19::text)))
  AND ($17::text = '' OR (due_key, case_id) > ($16::timestamptz, $17))
ORDER BY due_key, case_id
LIMIT $18::int
