-- Cases whose workflow was ended from outside. What ended it stands in the row itself (schemas.Lost), so that a row which the case
-- writes anew, because its workflow was reset and runs on, says nothing of it any more.

-- +goose Up
ALTER TABLE aftercare.cases ADD COLUMN lost boolean NOT NULL GENERATED ALWAYS AS (row ? 'lost' AND closed_at IS NULL) STORED;

CREATE INDEX cases_lost ON aftercare.cases (case_id) WHERE lost;

-- +goose Down
DROP INDEX aftercare.cases_lost;
ALTER TABLE aftercare.cases DROP COLUMN lost;
