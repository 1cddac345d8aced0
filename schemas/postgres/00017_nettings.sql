-- Lines of an exchange that are settled as one amount pay for each other: what the replacement of one costs less pays for what that of another
-- costs more. What the dearer one can be paid back later includes that, and what the other one can, does not any more.

-- +goose Up
-- One row for each line that has paid for units of another, once that one's replacement is settled for good.
CREATE TABLE aftercare.line_nettings (
    merchant_id  text        NOT NULL,
    order_id     text        NOT NULL,
    case_id      text        NOT NULL,
    from_line    text        NOT NULL,
    to_line      text        NOT NULL,
    to_unit      int         NOT NULL, -- the first of the units that were paid for: a line that was split has several parts
    amount_minor bigint      NOT NULL CONSTRAINT line_nettings_amount_is_positive CHECK (amount_minor > 0),
    netted_at    timestamptz NOT NULL, -- business time
    PRIMARY KEY (merchant_id, order_id, case_id, from_line, to_line, to_unit),
    CONSTRAINT line_nettings_from_is_known FOREIGN KEY (merchant_id, order_id, from_line) REFERENCES aftercare.order_lines,
    CONSTRAINT line_nettings_to_is_known FOREIGN KEY (merchant_id, order_id, to_line) REFERENCES aftercare.order_lines,
    CONSTRAINT line_nettings_are_of_two_lines CHECK (from_line <> to_line)
);

-- netted_minor is what other lines have paid for this one, or below zero what this one has paid for others; over an order it is nothing. What
-- can be paid out of a line is what it cost, and that.
ALTER TABLE aftercare.order_lines ADD COLUMN netted_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE aftercare.order_lines DROP CONSTRAINT order_lines_paid_out_within_cost;
ALTER TABLE aftercare.order_lines ADD CONSTRAINT order_lines_paid_out_within_cost CHECK (paid_out_minor BETWEEN 0 AND cost_minor + netted_minor);

-- An order whose lines have paid for each other keeps its figures, too: what the shop exports knows nothing of it.
CREATE OR REPLACE FUNCTION aftercare.order_is_booked(merchant text, ordered text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aftercare.refunds WHERE merchant_id = merchant AND order_id = ordered)
        OR EXISTS (SELECT FROM aftercare.disputes WHERE merchant_id = merchant AND order_id = ordered)
        OR EXISTS (SELECT FROM aftercare.line_nettings WHERE merchant_id = merchant AND order_id = ordered)
$$;

-- +goose Down
CREATE OR REPLACE FUNCTION aftercare.order_is_booked(merchant text, ordered text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aftercare.refunds WHERE merchant_id = merchant AND order_id = ordered)
        OR EXISTS (SELECT FROM aftercare.disputes WHERE merchant_id = merchant AND order_id = ordered)
$$;
ALTER TABLE aftercare.order_lines DROP CONSTRAINT order_lines_paid_out_within_cost;
UPDATE aftercare.order_lines SET cost_minor = GREATEST(cost_minor, paid_out_minor);
ALTER TABLE aftercare.order_lines ADD CONSTRAINT order_lines_paid_out_within_cost CHECK (paid_out_minor BETWEEN 0 AND cost_minor);
ALTER TABLE aftercare.order_lines DROP COLUMN netted_minor;
DROP TABLE aftercare.line_nettings;
