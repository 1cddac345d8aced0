-- What machines reported, as it came. A source says a thing once: (source, event_id). The merchant is empty while it is
-- not known whose parcel or refund the fact is about: couriers know waybills, not merchants.

-- +goose Up
CREATE TABLE aftercare.facts (
    source      text        NOT NULL,
    event_id    text        NOT NULL,
    name        text        NOT NULL,
    merchant_id text        NOT NULL DEFAULT '',
    case_id     text,
    verdict     text        NOT NULL CONSTRAINT facts_verdict_is_known CHECK (verdict IN ('routed', 'unknown', 'late')),
    copies      int         NOT NULL DEFAULT 1, -- how often the source sent it; above 1 there were duplicates
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    door        text        NOT NULL DEFAULT '',
    body        jsonb       NOT NULL,
    signalled_at timestamptz,
    PRIMARY KEY (source, event_id),
    CONSTRAINT facts_known_has_case CHECK ((verdict = 'unknown') = (case_id IS NULL))
);

CREATE INDEX facts_of_case     ON aftercare.facts (merchant_id, case_id);
CREATE INDEX facts_unsignalled ON aftercare.facts (received_at) WHERE signalled_at IS NULL;

-- +goose Down
DROP TABLE aftercare.facts;
