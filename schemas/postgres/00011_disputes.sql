-- Disputes before banks, platforms and authorities. What a bank takes back leaves by the same payment and the same lines as a refund,
-- and is counted there: taken_minor is part of paid_out_minor of the payment, and dispute_shares of paid_out_minor of the lines, from
-- the day it is opened. So no refund and no second chargeback can have the same money. What had been paid out before is not taken again.

-- +goose Up
CREATE TABLE aftercare.disputes (
    merchant_id  text        NOT NULL,
    dispute_id   text        NOT NULL, -- the outside's own number
    kind         text        NOT NULL,
    order_id     text        NOT NULL,
    payment_id   text        NOT NULL DEFAULT '', -- empty: nobody said which, and the order has several
    case_id      text        NOT NULL DEFAULT '', -- the case that answers it; empty: none was open
    amount_minor bigint      NOT NULL CONSTRAINT disputes_amount_is_not_negative CHECK (amount_minor >= 0), -- 0: nobody said
    currency     text        NOT NULL,
    reason       text        NOT NULL DEFAULT '',
    status       text        NOT NULL CONSTRAINT disputes_status_is_known CHECK (status IN
                 ('open', 'answered', 'missed', 'accepted', 'won', 'lost', 'withdrawn', 'settled', 'closed')),
    taken_minor  bigint      NOT NULL DEFAULT 0 CONSTRAINT disputes_taken_within_amount CHECK (taken_minor BETWEEN 0 AND amount_minor),
    opened_at    timestamptz NOT NULL, -- business time, as all of these
    due_at       timestamptz,          -- of our answer
    heard_at     timestamptz NOT NULL, -- the newest word: an older one that comes later changes nothing
    decided_at   timestamptz,
    PRIMARY KEY (merchant_id, dispute_id),
    CONSTRAINT disputes_order_is_known FOREIGN KEY (merchant_id, order_id) REFERENCES aftercare.orders,
    CONSTRAINT disputes_taken_of_payment CHECK (taken_minor = 0 OR payment_id <> ''),
    CONSTRAINT disputes_given_back CHECK (taken_minor = 0 OR status IN ('open', 'answered', 'missed', 'accepted', 'lost'))
);

CREATE INDEX disputes_of_order  ON aftercare.disputes (merchant_id, order_id);
CREATE INDEX disputes_by_number ON aftercare.disputes (dispute_id);

CREATE TABLE aftercare.dispute_shares (
    merchant_id  text   NOT NULL,
    dispute_id   text   NOT NULL,
    order_id     text   NOT NULL,
    line_id      text   NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT dispute_shares_amount_is_positive CHECK (amount_minor > 0),
    PRIMARY KEY (merchant_id, dispute_id, line_id),
    FOREIGN KEY (merchant_id, dispute_id) REFERENCES aftercare.disputes,
    CONSTRAINT dispute_shares_line_is_known FOREIGN KEY (merchant_id, order_id, line_id) REFERENCES aftercare.order_lines
);

CREATE INDEX dispute_shares_of_line ON aftercare.dispute_shares (merchant_id, order_id, line_id);

CREATE OR REPLACE FUNCTION aftercare.order_is_booked(merchant text, ordered text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aftercare.refunds WHERE merchant_id = merchant AND order_id = ordered)
        OR EXISTS (SELECT FROM aftercare.disputes WHERE merchant_id = merchant AND order_id = ordered)
$$;

-- A legal hold on a case that has ended, which can be told nothing any more. One on an open case stands in its row.
CREATE TABLE aftercare.legal_holds (
    merchant_id text        NOT NULL,
    case_id     text        NOT NULL REFERENCES aftercare.cases,
    stands      boolean     NOT NULL,
    reason      text        NOT NULL,
    by_role     text        NOT NULL,
    by_id       text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, case_id)
);

-- +goose Down
DROP TABLE aftercare.legal_holds;
CREATE OR REPLACE FUNCTION aftercare.order_is_booked(merchant text, ordered text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aftercare.refunds WHERE merchant_id = merchant AND order_id = ordered)
$$;
UPDATE aftercare.order_lines l SET paid_out_minor = l.paid_out_minor - s.minor
FROM (SELECT merchant_id, order_id, line_id, sum(amount_minor) AS minor FROM aftercare.dispute_shares GROUP BY 1, 2, 3) AS s
WHERE l.merchant_id = s.merchant_id AND l.order_id = s.order_id AND l.line_id = s.line_id;
UPDATE aftercare.payments p SET paid_out_minor = p.paid_out_minor - d.minor
FROM (SELECT merchant_id, order_id, payment_id, sum(taken_minor) AS minor FROM aftercare.disputes GROUP BY 1, 2, 3) AS d
WHERE p.merchant_id = d.merchant_id AND p.order_id = d.order_id AND p.payment_id = d.payment_id;
DROP TABLE aftercare.dispute_shares;
DROP TABLE aftercare.disputes;
