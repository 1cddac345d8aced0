-- The open cases of $1, or of all merchants, counted by state, owner and who is asked (by the escalation, or by an approval that is
-- open); of them those that are overdue at $2, a fast-forwarded case by its own time.
SELECT state, turn, owner, asked, count(*), count(*) FILTER (WHERE due_at < GREATEST($2::timestamptz, own_time))
FROM (
    SELECT state, turn, owner, due_at, (row->>'now')::timestamptz AS own_time,
           COALESCE(NULLIF(row->>'asked', ''), jsonb_path_query_first(row, '$.approvals[*] ? (!exists(@.decided_by)).asked') #>> '{}', '') AS asked
    FROM aftercare.cases
    WHERE ($1::text = '' OR merchant_id = $1) AND closed_at IS NULL
) AS open
GROUP BY state, turn, owner, asked
ORDER BY state, turn, owner, asked
