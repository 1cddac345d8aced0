-- Orders as the shop's own system told them, and what has been paid out of them. Amounts are in minor units of the
-- order's currency. Where a parcel goes to is personal data and is not kept here.

-- +goose Up
CREATE TABLE aftercare.orders (
    merchant_id  text        NOT NULL,
    order_id     text        NOT NULL,
    customer_id  text        NOT NULL,
    currency     text        NOT NULL CONSTRAINT orders_currency_is_iso CHECK (currency ~ '^[A-Z]{3}$'),
    status       text        NOT NULL,
    placed_at    timestamptz NOT NULL,
    delivered_at timestamptz,
    snapshot     jsonb       NOT NULL, -- schemas.ShopOrder without ship_to
    PRIMARY KEY (merchant_id, order_id)
);

CREATE INDEX orders_of_customer ON aftercare.orders (merchant_id, customer_id);

-- A line can be paid out in parts and by several refunds; the CHECK is the last word on "never more than it cost".
-- prior_minor is the part of paid_out_minor that was refunded before Aftercare.
CREATE TABLE aftercare.order_lines (
    merchant_id    text   NOT NULL,
    order_id       text   NOT NULL,
    line_id        text   NOT NULL,
    sku            text   NOT NULL,
    shipped_sku    text   NOT NULL DEFAULT '',
    product_id     text   NOT NULL,
    quantity       int    NOT NULL CONSTRAINT order_lines_quantity_is_positive CHECK (quantity > 0),
    unit_price_minor bigint NOT NULL CONSTRAINT order_lines_price_is_not_negative CHECK (unit_price_minor >= 0),
    cost_minor     bigint NOT NULL,
    prior_minor    bigint NOT NULL DEFAULT 0 CONSTRAINT order_lines_prior_is_paid_out CHECK (prior_minor BETWEEN 0 AND paid_out_minor),
    paid_out_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, order_id, line_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES aftercare.orders,
    CONSTRAINT order_lines_paid_out_within_cost CHECK (paid_out_minor BETWEEN 0 AND cost_minor)
);

CREATE TABLE aftercare.payments (
    merchant_id    text   NOT NULL,
    order_id       text   NOT NULL,
    payment_id     text   NOT NULL,
    method         text   NOT NULL,
    position       int    NOT NULL, -- the shop's own order of the payments
    captured_minor bigint NOT NULL,
    prior_minor    bigint NOT NULL DEFAULT 0 CONSTRAINT payments_prior_is_paid_out CHECK (prior_minor BETWEEN 0 AND paid_out_minor),
    paid_out_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, order_id, payment_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES aftercare.orders,
    CONSTRAINT payments_paid_out_within_captured CHECK (paid_out_minor BETWEEN 0 AND captured_minor)
);

CREATE TABLE aftercare.articles (
    merchant_id text   NOT NULL,
    sku         text   NOT NULL,
    product_id  text   NOT NULL,
    name        text   NOT NULL,
    options     jsonb  NOT NULL DEFAULT '{}',
    price_minor bigint NOT NULL CONSTRAINT articles_price_is_not_negative CHECK (price_minor >= 0),
    currency    text   NOT NULL CONSTRAINT articles_currency_is_iso CHECK (currency ~ '^[A-Z]{3}$'),
    in_stock    int    NOT NULL CONSTRAINT articles_stock_is_not_negative CHECK (in_stock >= 0),
    PRIMARY KEY (merchant_id, sku)
);

CREATE INDEX articles_of_product ON aftercare.articles (merchant_id, product_id);

-- +goose Down
DROP TABLE aftercare.articles;
DROP TABLE aftercare.payments;
DROP TABLE aftercare.order_lines;
DROP TABLE aftercare.orders;
