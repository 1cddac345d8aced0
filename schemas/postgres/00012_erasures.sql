-- Who was erased. What the law needs stays: ids, amounts and times. An import of the shop's old list brings nothing back.

-- +goose Up
CREATE TABLE aftercare.erasures (
    merchant_id text        NOT NULL,
    customer_id text        NOT NULL,
    erased_at   timestamptz NOT NULL,
    by_role     text        NOT NULL,
    by_id       text        NOT NULL,
    reason      text        NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
);

-- +goose Down
DROP TABLE aftercare.erasures;
