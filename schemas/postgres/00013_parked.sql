-- Parked steps: open cases that wait for somebody to free a step that failed for ever. There are few of them among many.

-- +goose Up
CREATE INDEX cases_parked ON aftercare.cases (case_id) WHERE closed_at IS NULL AND row->'parked' @> '[{}]';

-- +goose Down
DROP INDEX aftercare.cases_parked;
