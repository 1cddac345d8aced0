-- What became of units that were exchanged: the article that the customer has now can fail too, and is claimed anew.

-- +goose Up
-- One row for each replacement that a customer has kept: by which case, which article it is, and what was paid on top for it.
CREATE TABLE aftercare.unit_replacements (
    merchant_id      text        NOT NULL,
    order_id         text        NOT NULL,
    line_id          text        NOT NULL,
    unit             int         NOT NULL,
    case_id          text        NOT NULL,
    sku              text        NOT NULL,
    product_id       text        NOT NULL DEFAULT '',
    unit_price_minor bigint      NOT NULL CONSTRAINT unit_replacements_price_is_not_negative CHECK (unit_price_minor >= 0), -- what counts as its price
    on_top_minor     bigint      NOT NULL CONSTRAINT unit_replacements_on_top_is_not_negative CHECK (on_top_minor >= 0),
    replaced_at      timestamptz NOT NULL, -- business time
    PRIMARY KEY (merchant_id, order_id, line_id, unit, case_id),
    CONSTRAINT unit_replacements_line_is_known FOREIGN KEY (merchant_id, order_id, line_id) REFERENCES aftercare.order_lines
);

-- A unit that is settled because it was replaced may be claimed again once the case that replaced it is over.
ALTER TABLE aftercare.unit_claims ADD COLUMN replaced boolean NOT NULL DEFAULT false
    CONSTRAINT unit_claims_replaced_is_settled CHECK (NOT replaced OR status = 'settled');

-- +goose Down
ALTER TABLE aftercare.unit_claims DROP COLUMN replaced;
DROP TABLE aftercare.unit_replacements;
