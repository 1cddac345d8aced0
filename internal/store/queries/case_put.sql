-- $1 row, $2 run_id, $3 run_started_at, $4 history_length, $5 base. Returns a row if it wrote.
INSERT INTO aftercare.cases AS c
       (case_id, merchant_id, request_id, order_id, customer_id, kind, channel, reason, stage, state, outcome, priority, level,
        turn, owner, due_at, opened_at, closed_at, legal_breach, predecessor_id, successor_id, revision, confirmed_revision,
        run_id, run_started_at, history_length, row)
SELECT g->>'case_id', g->>'merchant_id', g->>'request_id', g->>'order_id', g->>'customer_id', g->>'kind', g->>'channel',
       g->>'reason', g->>'stage', g->>'state', g->>'outcome', g->>'priority', (g->>'level')::int, g->>'turn', g->>'owner',
       (g->>'due_at')::timestamptz, (g->>'opened_at')::timestamptz, (g->>'closed_at')::timestamptz,
       (g->>'legal_breach')::boolean, g->>'predecessor_id', g->>'successor_id', (g->>'revision')::bigint, $5::bigint,
       $2::text, $3::timestamptz, $4::int, g
FROM (SELECT $1::jsonb AS g) AS given
ON CONFLICT (case_id) DO UPDATE
SET request_id = excluded.request_id, order_id = excluded.order_id, customer_id = excluded.customer_id, kind = excluded.kind,
    channel = excluded.channel, reason = excluded.reason, stage = excluded.stage, state = excluded.state,
    outcome = excluded.outcome, priority = excluded.priority, level = excluded.level, turn = excluded.turn,
    -- A task that began before intake had answered does not know the owner yet.
    owner = COALESCE(NULLIF(excluded.owner, ''), c.owner),
    due_at = excluded.due_at, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
    legal_breach = excluded.legal_breach, predecessor_id = excluded.predecessor_id, successor_id = excluded.successor_id,
    revision = excluded.revision, confirmed_revision = excluded.confirmed_revision, run_id = excluded.run_id,
    run_started_at = excluded.run_started_at, history_length = excluded.history_length, row = excluded.row,
    changed_at = clock_timestamp()
WHERE c.merchant_id = excluded.merchant_id
  AND (excluded.run_started_at, excluded.history_length) >= (c.run_started_at, c.history_length)
  -- Attempts of a task that Temporal gave up see the same history, and the last one began last. The row is looked into only then.
  AND NOT ((excluded.run_started_at, excluded.history_length) = (c.run_started_at, c.history_length)
           AND COALESCE((excluded.row->>'now')::timestamptz < (c.row->>'now')::timestamptz, false))
  AND c.turned_away <> excluded.run_id AND c.outcome <> 'ADOPTED'
  AND NOT (c.closed_at IS NOT NULL AND c.run_id <> excluded.run_id AND excluded.confirmed_revision = 0)
RETURNING true
