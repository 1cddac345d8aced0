-- The row of a case that has only just arrived. It is older than anything the case itself will write. If the case has
-- written already, only the answer of intake and the owner are added: the owner counts as busy from this moment on.
INSERT INTO aftercare.cases AS c
       (case_id, merchant_id, request_id, order_id, customer_id, kind, channel, reason, stage, state, turn, owner,
        opened_at, predecessor_id, revision, accepted, row)
SELECT g->>'case_id', g->>'merchant_id', g->>'request_id', g->>'order_id', g->>'customer_id', g->>'kind', g->>'channel',
       g->>'reason', g->>'stage', g->>'state', g->>'turn', g->>'owner', (g->>'opened_at')::timestamptz,
       g->>'predecessor_id', 0, $2::jsonb, g
FROM (SELECT $1::jsonb AS g) AS given
ON CONFLICT (case_id) DO UPDATE
SET accepted = excluded.accepted, owner = COALESCE(NULLIF(excluded.owner, ''), c.owner), changed_at = clock_timestamp()
