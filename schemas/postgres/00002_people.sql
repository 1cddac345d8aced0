-- People. Personal data lives in this file's tables and nowhere else, so that it can be erased in one place.

-- +goose Up
CREATE TABLE aftercare.customers (
    merchant_id text NOT NULL,
    customer_id text NOT NULL,
    name        text NOT NULL DEFAULT '',
    email       text NOT NULL DEFAULT '',
    phone       text NOT NULL DEFAULT '',
    locale      text NOT NULL,
    address     jsonb,
    PRIMARY KEY (merchant_id, customer_id)
);

CREATE TABLE aftercare.payment_methods (
    merchant_id       text NOT NULL,
    customer_id       text NOT NULL,
    payment_method_id text NOT NULL,
    kind              text NOT NULL,
    balance_minor     bigint,
    balance_currency  text,
    PRIMARY KEY (merchant_id, customer_id, payment_method_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES aftercare.customers ON DELETE CASCADE,
    CONSTRAINT payment_methods_balance_has_currency CHECK ((balance_minor IS NULL) = (balance_currency IS NULL))
);

-- Words of people, by id. A case and its events carry the id alone.
CREATE TABLE aftercare.texts (
    merchant_id text        NOT NULL,
    text_id     text        NOT NULL,
    body        text, -- NULL once erased: the id stays valid, the words are gone
    put_at      timestamptz NOT NULL DEFAULT now(),
    erased_at   timestamptz,
    PRIMARY KEY (merchant_id, text_id),
    CONSTRAINT texts_erased_has_no_body CHECK ((body IS NULL) = (erased_at IS NOT NULL)),
    CONSTRAINT texts_body_is_short CHECK (octet_length(body) <= 16384)
);

-- When a customer was last asked for an opinion, over all cases of a merchant (ruling 10).
CREATE TABLE aftercare.surveys_asked (
    merchant_id text        NOT NULL,
    case_id     text        NOT NULL,
    customer_id text        NOT NULL,
    asked_at    timestamptz NOT NULL, -- business time
    PRIMARY KEY (merchant_id, case_id)
);

CREATE INDEX surveys_asked_of_customer ON aftercare.surveys_asked (merchant_id, customer_id, asked_at);

-- +goose Down
DROP TABLE aftercare.surveys_asked;
DROP TABLE aftercare.texts;
DROP TABLE aftercare.payment_methods;
DROP TABLE aftercare.customers;
