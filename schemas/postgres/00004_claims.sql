-- Who holds which unit of an order line (ruling 1). A row is a unit that is not free: held by an open case, or settled
-- (refunded or replaced) for good. Releasing deletes the row; the case's events remember that it was held.

-- +goose Up
CREATE TABLE aftercare.unit_claims (
    merchant_id text        NOT NULL,
    order_id    text        NOT NULL,
    line_id     text        NOT NULL,
    unit        int         NOT NULL CONSTRAINT unit_claims_unit_is_positive CHECK (unit > 0),
    case_id     text        NOT NULL, -- the holder; empty where the unit was refunded before Aftercare
    status      text        NOT NULL CONSTRAINT unit_claims_status_is_known CHECK (status IN ('held', 'settled')),
    claimed_at  timestamptz NOT NULL, -- business time of the holder
    settled_at  timestamptz,
    PRIMARY KEY (merchant_id, order_id, line_id, unit),
    CONSTRAINT unit_claims_line_is_known FOREIGN KEY (merchant_id, order_id, line_id) REFERENCES aftercare.order_lines,
    CONSTRAINT unit_claims_held_has_holder CHECK (status = 'settled' OR case_id <> ''),
    CONSTRAINT unit_claims_settled_has_time CHECK ((status = 'settled') = (settled_at IS NOT NULL))
);

CREATE INDEX unit_claims_of_case ON aftercare.unit_claims (merchant_id, case_id);

-- +goose Down
DROP TABLE aftercare.unit_claims;
