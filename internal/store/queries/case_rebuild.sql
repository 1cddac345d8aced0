-- Only forward. A row made anew is older than any flush; an existing one keeps its fence.
INSERT INTO aftercare.cases AS c
       (case_id, merchant_id, request_id, order_id, customer_id, kind, channel, reason, stage, state, outcome, priority, level,
        turn, owner, due_at, opened_at, closed_at, legal_breach, predecessor_id, successor_id, revision, row)
SELECT g->>'case_id', g->>'merchant_id', g->>'request_id', g->>'order_id', g->>'customer_id', g->>'kind', g->>'channel',
       g->>'reason', g->>'stage', g->>'state', g->>'outcome', g->>'priority', (g->>'level')::int, g->>'turn', g->>'owner',
       (g->>'due_at')::timestamptz, (g->>'opened_at')::timestamptz, (g->>'closed_at')::timestamptz,
       (g->>'legal_breach')::boolean, g->>'predecessor_id', g->>'successor_id', (g->>'revision')::bigint, g
FROM (SELECT $1::jsonb AS g) AS given
ON CONFLICT (case_id) DO UPDATE
SET stage = excluded.stage, state = excluded.state, outcome = excluded.outcome, priority = excluded.priority,
    level = excluded.level, turn = excluded.turn, owner = COALESCE(NULLIF(excluded.owner, ''), c.owner),
    due_at = excluded.due_at, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
    legal_breach = excluded.legal_breach, successor_id = excluded.successor_id, revision = excluded.revision,
    row = excluded.row, changed_at = clock_timestamp()
WHERE c.merchant_id = excluded.merchant_id AND c.revision <= excluded.revision
RETURNING true
