-- By how many days a data set was shifted to the present. A re-import of the same set uses the same shift, also when it
-- is run on a later day, so that no order changes its age against the cases that stand on it.

-- +goose Up
CREATE TABLE aftercare.import_runs (
    merchant_id text NOT NULL,
    as_of       date NOT NULL, -- the day the data set calls today
    shift_days  int  NOT NULL,
    PRIMARY KEY (merchant_id, as_of)
);

-- +goose Down
DROP TABLE aftercare.import_runs;
