-- How many cases a list is of, counted up to $17: the open ones where $16 is true, the closed ones where it is false, all where it is
-- null. The rest as in cases_open_list.
SELECT count(*)
FROM (
    SELECT
    FROM aftercare.cases
    WHERE ($1::text = '' OR merchant_id = $1) AND ($16::boolean IS NULL OR (closed_at IS NULL) = $16)
      AND ($2::text = '' OR owner = $2) AND ($3::text = '' OR state = $3)
      AND ($4::text = '' OR stage = $4) AND ($5::text = '' OR turn = $5)
      AND ($6::text = '' OR order_id = $6) AND ($7::text = '' OR customer_id = $7)
      AND ($8::text[] IS NULL OR case_id = ANY ($8))
      AND ($9::text = '' OR (row->>'asked' = $9 OR jsonb_path_exists(row, '$.approvals[*] ? (!exists(@.decided_by) && @.asked == $who)', jsonb_build_object('who', $9))))
      AND ($10::text = '' OR owner = $10 OR (row->>'asked' = $10 OR jsonb_path_exists(row, '$.approvals[*] ? (!exists(@.decided_by) && @.asked == $who)', jsonb_build_object('who', $10))))
      AND ($11::int = 0 OR level = $11) AND ($12::text = '' OR priority = $12) AND ($13::text = '' OR kind = $13)
      AND ($14::timestamptz IS NULL OR due_at < $14)
      AND ($15::timestamptz IS NULL OR due_at < GREATEST($15, (row->>'now')::timestamptz))
      AND ($19::boolean IS FALSE OR lost)
      AND (NOT $20::boolean OR row->'parked' @> '[{}]') AND ($21::jsonb IS NULL OR row->'parked' @> $21)
      AND ($18::text = '' OR jsonb_path_exists(row, '$.disputes[*] ? (($w == "any" || @.kind == $w) && (@.status == "open" || @.status == "answered" || @.status == "missed"))', jsonb_build_object('w', $18::text))
           OR jsonb_path_exists(row, '$.holds[*] ? ($w == "any" || @.kind == $w)', jsonb_build_object('w', $18::text)))
    LIMIT $17::int
) AS counted
