-- Who answers a dispute that several open cases of one order have heard of: a bank reads one answer. And who was reminded of one that none
-- of them answers.

-- +goose Up
-- A case writes its row before it calls the provider. claimed_at is that moment, by the clock of the database; given is set once the
-- provider has that answer.
CREATE TABLE aftercare.dispute_answers (
    merchant_id text        NOT NULL,
    dispute_id  text        NOT NULL,
    case_id     text        NOT NULL,
    key         text        NOT NULL, -- of the answer: case/answer/sequence
    claimed_at  timestamptz NOT NULL,
    given       boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (merchant_id, dispute_id, case_id)
);

CREATE UNIQUE INDEX dispute_answers_one_is_given ON aftercare.dispute_answers (merchant_id, dispute_id) WHERE given;

-- The time of the word after which people were reminded that our answer is due.
ALTER TABLE aftercare.disputes ADD COLUMN reminded_at timestamptz;
CREATE INDEX disputes_due ON aftercare.disputes (due_at) WHERE status = 'open';

-- +goose Down
DROP INDEX aftercare.disputes_due;
ALTER TABLE aftercare.disputes DROP COLUMN reminded_at;
DROP TABLE aftercare.dispute_answers;
