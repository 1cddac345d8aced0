-- Money that a customer pays on top: differences, and deposits that were taken. A row stands here before a provider is asked.

-- +goose Up
CREATE TABLE aftercare.charges (
    merchant_id  text        NOT NULL,
    charge_id    text        NOT NULL, -- derived: case/charge/sequence
    case_id      text        NOT NULL,
    order_id     text        NOT NULL,
    customer_id  text        NOT NULL,
    kind         text        NOT NULL,
    method       text        NOT NULL CONSTRAINT charges_method_is_given CHECK (method <> ''),
    amount_minor bigint      NOT NULL CONSTRAINT charges_amount_is_positive CHECK (amount_minor > 0),
    currency     text        NOT NULL,
    lines        text[]      NOT NULL, -- the lines it is for; a refund out of it is for these
    held_until   timestamptz,          -- of a deposit; business time, as all of these
    status       text        NOT NULL,
    code         text        NOT NULL DEFAULT '',
    written_at   timestamptz NOT NULL,
    asked_at     timestamptz,          -- the provider was first asked, or was about to be
    attempts     int         NOT NULL DEFAULT 0,
    answered_at  timestamptz,          -- the status last changed by the provider's word
    PRIMARY KEY (merchant_id, charge_id),
    CONSTRAINT charges_order_is_known FOREIGN KEY (merchant_id, order_id) REFERENCES aftercare.orders,
    -- A deposit is given back or taken; a difference is paid or not.
    CONSTRAINT charges_status_is_of_kind CHECK (
        kind = 'difference' AND status IN ('requested', 'accepted', 'succeeded', 'failed', 'lapsed', 'unknown')
        OR kind = 'deposit' AND status IN ('requested', 'held', 'released', 'captured', 'failed', 'unknown'))
);

CREATE INDEX charges_of_case  ON aftercare.charges (merchant_id, case_id);
CREATE INDEX charges_of_order ON aftercare.charges (merchant_id, order_id);

-- A payment that is a charge of ours. The shop's list of payments does not know it; what is refunded out of it is limited by
-- its own amount and not by what a line cost.
ALTER TABLE aftercare.payments ADD COLUMN charged boolean NOT NULL DEFAULT false;

-- +goose Down
DELETE FROM aftercare.payments p WHERE p.charged
    AND NOT EXISTS (SELECT FROM aftercare.refunds r WHERE r.merchant_id = p.merchant_id AND r.order_id = p.order_id AND r.payment_id = p.payment_id);
ALTER TABLE aftercare.payments DROP COLUMN charged;
DROP TABLE aftercare.charges;
