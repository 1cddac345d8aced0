-- Rows of cases. The workflow is the truth; a row is what lists, consoles and reports read. Once a case has ended and
-- Temporal has forgotten it, its events here are its archive.

-- +goose Up
CREATE TABLE aftercare.cases (
    case_id            text        PRIMARY KEY,
    merchant_id        text        NOT NULL,
    request_id         text        NOT NULL,
    order_id           text        NOT NULL,
    customer_id        text        NOT NULL,
    kind               text        NOT NULL,
    channel            text        NOT NULL DEFAULT '',
    reason             text        NOT NULL DEFAULT '',
    stage              text        NOT NULL,
    state              text        NOT NULL,
    outcome            text        NOT NULL DEFAULT '',
    priority           text        NOT NULL DEFAULT '',
    level              int         NOT NULL DEFAULT 0,
    turn               text        NOT NULL,
    owner              text        NOT NULL DEFAULT '',
    due_at             timestamptz,
    -- The key of the list "nearest due first": a case without a due comes last.
    due_key            timestamptz NOT NULL GENERATED ALWAYS AS (COALESCE(due_at, 'infinity'::timestamptz)) STORED,
    opened_at          timestamptz NOT NULL,
    closed_at          timestamptz,
    legal_breach       boolean     NOT NULL DEFAULT false,
    predecessor_id     text        NOT NULL DEFAULT '',
    successor_id       text        NOT NULL DEFAULT '',
    revision           bigint      NOT NULL,
    confirmed_revision bigint      NOT NULL DEFAULT 0, -- the outside may hear of events up to here, and of no later one
    -- The fence: which workflow task wrote this row. A row that intake made before any task wrote is older than all.
    run_id             text        NOT NULL DEFAULT '',
    run_started_at     timestamptz NOT NULL DEFAULT '-infinity',
    history_length     int         NOT NULL DEFAULT 0,
    turned_away        text        NOT NULL DEFAULT '', -- a run that was started after the case had ended, and may write nothing
    accepted           jsonb,      -- what intake answered, so that a repeated intake answers the same
    row                jsonb       NOT NULL, -- schemas.View without its events
    changed_at         timestamptz NOT NULL DEFAULT clock_timestamp(), -- technical time: feeds the poll behind LISTEN
    CONSTRAINT cases_confirmed_within_revision CHECK (confirmed_revision <= revision)
);

CREATE INDEX cases_open_by_due      ON aftercare.cases (merchant_id, due_key, case_id) WHERE closed_at IS NULL;
CREATE INDEX cases_open_of_owner    ON aftercare.cases (merchant_id, owner, due_key, case_id) WHERE closed_at IS NULL;
CREATE INDEX cases_by_opened        ON aftercare.cases (merchant_id, opened_at DESC, case_id DESC);
CREATE INDEX cases_of_owner         ON aftercare.cases (merchant_id, owner, opened_at DESC, case_id DESC);
CREATE INDEX cases_of_order         ON aftercare.cases (merchant_id, order_id);
CREATE INDEX cases_of_customer      ON aftercare.cases (merchant_id, customer_id);
-- The operator's lists, over all merchants.
CREATE INDEX cases_open_everywhere  ON aftercare.cases (due_key, case_id) WHERE closed_at IS NULL;
CREATE INDEX cases_everywhere       ON aftercare.cases (opened_at DESC, case_id DESC);
CREATE INDEX cases_by_change        ON aftercare.cases (changed_at);

-- Whether the row was just written by this workflow task. Asked by every later statement of the transaction that wrote it,
-- so that a flush which lost against a newer one changes nothing else either. A rebuild has no task: '*' asks for the
-- revision alone.
CREATE FUNCTION aftercare.row_is_of(id text, run text, history int, rev bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aftercare.cases c
                   WHERE c.case_id = id AND c.revision = rev AND (run = '*' OR c.run_id = run AND c.history_length = history))
$$;

CREATE TABLE aftercare.events (
    case_id     text        NOT NULL REFERENCES aftercare.cases,
    revision    bigint      NOT NULL CONSTRAINT events_revision_is_positive CHECK (revision > 0),
    merchant_id text        NOT NULL,
    at          timestamptz NOT NULL,
    name        text        NOT NULL,
    event       jsonb       NOT NULL, -- schemas.Event
    PRIMARY KEY (case_id, revision)
);

CREATE INDEX events_by_name ON aftercare.events (merchant_id, name, at);

-- An event is never edited. A tail that a lost workflow task had written is deleted and written anew; nothing else is.
-- +goose StatementBegin
CREATE FUNCTION aftercare.refuse_event_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'events_are_append_only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_are_append_only BEFORE UPDATE ON aftercare.events
    FOR EACH ROW EXECUTE FUNCTION aftercare.refuse_event_update();

-- Couriers know waybills, not case ids. Goods of two cases may travel in one box, so a waybill may lead to several.
CREATE TABLE aftercare.parcels (
    case_id     text NOT NULL REFERENCES aftercare.cases,
    carrier     text NOT NULL,
    waybill     text NOT NULL CONSTRAINT parcels_waybill_is_given CHECK (waybill <> ''), -- in upper case, without spaces
    merchant_id text NOT NULL,
    direction   text NOT NULL,
    status      text NOT NULL,
    PRIMARY KEY (case_id, carrier, waybill)
);

CREATE INDEX parcels_by_waybill ON aftercare.parcels (waybill, carrier);

-- Where a case's story goes on now: the case itself while it is open, else the last of its successors. A successor that has
-- no row yet is about to write its first one, and counts as open.
CREATE FUNCTION aftercare.case_now(id text) RETURNS TABLE (case_id text, closed boolean, opened_at timestamptz) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE way AS (
        SELECT id AS at_id, c.successor_id AS next_id, c.closed_at IS NOT NULL AS ended, c.opened_at AS began, 1 AS step
        FROM (SELECT) AS here LEFT JOIN aftercare.cases c ON c.case_id = id
        UNION ALL
        SELECT w.next_id, c.successor_id, c.closed_at IS NOT NULL, c.opened_at, w.step + 1
        FROM way w LEFT JOIN aftercare.cases c ON c.case_id = w.next_id
        WHERE w.ended AND w.next_id <> '' AND w.step < 1000
    )
    SELECT at_id, ended, began FROM way ORDER BY step DESC LIMIT 1
$$;

-- +goose Down
DROP FUNCTION aftercare.case_now(text);
DROP TABLE aftercare.parcels;
DROP TABLE aftercare.events;
DROP FUNCTION aftercare.refuse_event_update();
DROP FUNCTION aftercare.row_is_of(text, text, int, bigint);
DROP TABLE aftercare.cases;
