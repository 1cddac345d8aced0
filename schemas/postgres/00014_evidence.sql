-- What a dispute needs from us: evidence, made when it began, and somebody who knows of it.

-- +goose Up
-- The evidence pack of a case as it was when a dispute began. It holds words of people: erasing a customer empties it, and leaves its hash.
CREATE TABLE aftercare.evidence_packs (
    merchant_id text        NOT NULL,
    case_id     text        NOT NULL REFERENCES aftercare.cases,
    dispute_id  text        NOT NULL,
    revision    bigint      NOT NULL, -- of the case
    sha256      text        NOT NULL, -- of the file
    zip         bytea,                -- null: erased
    made_at     timestamptz NOT NULL, -- business time
    PRIMARY KEY (merchant_id, case_id, dispute_id)
);

-- told_at is the time of the newest word that people know of: a case that answers the dispute tells them, or else the sweep does.
-- noted_at is when we heard last, by the clock of the database.
ALTER TABLE aftercare.disputes ADD COLUMN told_at timestamptz, ADD COLUMN noted_at timestamptz NOT NULL DEFAULT clock_timestamp();
UPDATE aftercare.disputes SET told_at = heard_at WHERE case_id <> '' OR status NOT IN ('open', 'answered', 'missed');
CREATE INDEX disputes_untold ON aftercare.disputes (noted_at) WHERE told_at IS DISTINCT FROM heard_at;

-- +goose Down
ALTER TABLE aftercare.disputes DROP COLUMN told_at, DROP COLUMN noted_at;
DROP TABLE aftercare.evidence_packs;
