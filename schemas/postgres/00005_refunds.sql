-- The money ledger: one row for each amount that leaves, whatever way it takes. Its reservation is counted in payments
-- and order_lines before a provider is asked, and stays until the refund is cancelled.

-- +goose Up
CREATE TABLE aftercare.refunds (
    merchant_id  text        NOT NULL,
    refund_id    text        NOT NULL, -- derived: case/refund/sequence
    case_id      text        NOT NULL,
    order_id     text        NOT NULL,
    customer_id  text        NOT NULL,
    payment_id   text        NOT NULL,
    method       text        NOT NULL,
    amount_minor bigint      NOT NULL CONSTRAINT refunds_amount_is_positive CHECK (amount_minor > 0),
    currency     text        NOT NULL,
    shares       jsonb       NOT NULL, -- []schemas.Share, as the case sent them; refund_shares counts them by line
    replaces     text        NOT NULL DEFAULT '', -- the refund that was given up for this one
    status       text        NOT NULL CONSTRAINT refunds_status_is_known CHECK (status IN
                 ('requested', 'accepted', 'succeeded', 'failed', 'unknown', 'reversed', 'paid_by_hand', 'cancelled')),
    code         text        NOT NULL DEFAULT '',
    reserved_at  timestamptz NOT NULL, -- business time, as all of these
    asked_at     timestamptz,          -- the provider was first asked, or was about to be
    attempts     int         NOT NULL DEFAULT 0,
    -- A failed refund that its case has ordered once more: an attempt without an answer then makes it unknown.
    ordered_again boolean    NOT NULL DEFAULT false,
    answered_at  timestamptz,          -- the status last changed by somebody's word
    proof_id     text        NOT NULL DEFAULT '',
    maker_role   text        NOT NULL DEFAULT '',
    maker_id     text        NOT NULL DEFAULT '',
    checker_role text        NOT NULL DEFAULT '',
    checker_id   text        NOT NULL DEFAULT '',
    PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT refunds_payment_is_known FOREIGN KEY (merchant_id, order_id, payment_id) REFERENCES aftercare.payments,
    CONSTRAINT refunds_by_hand_has_proof CHECK (status <> 'paid_by_hand' OR proof_id <> ''),
    CONSTRAINT refunds_by_hand_has_four_eyes CHECK (status <> 'paid_by_hand'
        OR (maker_id <> '' AND checker_id <> '' AND maker_id <> checker_id))
);

CREATE INDEX refunds_by_number ON aftercare.refunds (refund_id);
CREATE INDEX refunds_of_case   ON aftercare.refunds (merchant_id, case_id);
CREATE INDEX refunds_of_order  ON aftercare.refunds (merchant_id, order_id);

-- What part of a refund belongs to which line.
CREATE TABLE aftercare.refund_shares (
    merchant_id  text   NOT NULL,
    refund_id    text   NOT NULL,
    order_id     text   NOT NULL,
    line_id      text   NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT refund_shares_amount_is_positive CHECK (amount_minor > 0),
    PRIMARY KEY (merchant_id, refund_id, line_id),
    FOREIGN KEY (merchant_id, refund_id) REFERENCES aftercare.refunds,
    CONSTRAINT refund_shares_line_is_known FOREIGN KEY (merchant_id, order_id, line_id) REFERENCES aftercare.order_lines
);

CREATE INDEX refund_shares_of_line ON aftercare.refund_shares (merchant_id, order_id, line_id);

-- An order the ledger has written in keeps its figures of what was paid out: a later export of the shop may or may not
-- contain the refunds made here, so its own list of refunds is then no longer believed.
CREATE FUNCTION aftercare.order_is_booked(merchant text, ordered text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aftercare.refunds WHERE merchant_id = merchant AND order_id = ordered)
$$;

-- +goose Down
DROP FUNCTION aftercare.order_is_booked(text, text);
DROP TABLE aftercare.refund_shares;
DROP TABLE aftercare.refunds;
