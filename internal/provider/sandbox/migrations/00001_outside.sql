-- The books of five outside systems. None of them knows the tables of Aftercare, and Aftercare never reads these: what it
-- believes and what the outside did are compared through the interfaces, or by the books command.
--
-- "at" is business time, told by the caller. "really" is this server's clock; it is used only to measure how much time has
-- passed, so that what happens later gets a business time as well.

-- +goose Up

-- Faults that were told, oldest first. Every call takes at most one, and taking it is committed before the call goes on.
create table sandbox.faults (
    fault_id   bigint generated always as identity primary key,
    system     text        not null,
    operation  text        not null,
    mode       text        not null,
    times_left int         not null check (times_left >= 0),
    param      text        not null default '',
    match_key  text        not null default '',
    told_really timestamptz not null default clock_timestamp()
);

-- Orders: the shop's own system, as imported.
create table sandbox.orders (
    merchant_id text  not null,
    order_id    text  not null,
    body        jsonb not null,
    primary key (merchant_id, order_id)
);

-- Payments. What was captured, and what had been refunded before Aftercare, comes from the import and may be imported again;
-- refunds made since are rows of their own and are never touched by an import.
create table sandbox.payments (
    merchant_id     text   not null,
    payment_id      text   not null,
    order_id        text   not null,
    customer_id     text   not null,
    method          text   not null,
    captured        bigint not null check (captured >= 0),
    currency        text   not null,
    refunded_before bigint not null default 0 check (refunded_before >= 0),
    primary key (merchant_id, payment_id)
);

-- A customer's ways to pay. merchant_id '' stands for every merchant of the import. The balance of a gift card is its
-- opening balance and every refund that succeeded to it.
create table sandbox.methods (
    merchant_id text   not null,
    method      text   not null,
    customer_id text   not null,
    kind        text   not null,
    opening     bigint,
    currency    text,
    primary key (merchant_id, method)
);

create table sandbox.refunds (
    merchant_id  text        not null,
    key          text        not null,
    number       text        not null unique, -- the sandbox's own refund number, made from the key by a fixed rule
    order_id     text        not null,
    payment_id   text        not null,
    method       text        not null,
    amount       bigint      not null check (amount > 0),
    currency     text        not null,
    status       text        not null check (status in ('accepted', 'succeeded', 'failed', 'reversed')),
    code         text        not null default '',
    asked_at     timestamptz not null,
    asked_really timestamptz not null,
    due_really   timestamptz not null, -- when an accepted refund settles
    settled_really timestamptz,        -- when it did
    tries        int         not null default 1, -- one that failed or came back may be ordered again
    primary key (merchant_id, key),
    foreign key (merchant_id, payment_id) references sandbox.payments
);
create index refunds_by_payment on sandbox.refunds (merchant_id, payment_id);
create index refunds_to_settle on sandbox.refunds (due_really) where status = 'accepted';

-- Facts on their way to us: an outbox, delivered at least once. Its event id never changes.
create table sandbox.facts (
    fact_id          bigint generated always as identity primary key,
    event_id         text        not null unique,
    fact             text        not null,
    source           text        not null,
    body             jsonb       not null,
    occurred_at      timestamptz not null,
    occurred_really  timestamptz not null,
    copies           int         not null default 1, -- a webhook that comes twice
    tries            int         not null default 0,
    next_try_really  timestamptz not null default clock_timestamp(),
    last_error       text        not null default '',
    delivered_really timestamptz
);
create index facts_to_deliver on sandbox.facts (next_try_really) where delivered_really is null;

-- Parcels as they physically are: one row a waybill, whoever booked or registered it. carrier '' is one whose carrier
-- nobody has named yet.
create table sandbox.parcels (
    carrier      text not null,
    waybill      text not null,
    status       text not null default 'expected',
    scanned_at   timestamptz,
    delivered_at timestamptz,
    moved_at     timestamptz,
    primary key (carrier, waybill)
);
create index parcels_by_waybill on sandbox.parcels (waybill);

create table sandbox.bookings (
    merchant_id text        not null,
    key         text        not null,
    operation   text        not null check (operation in ('label', 'register', 'send_back')),
    order_id    text        not null,
    customer_id text        not null,
    direction   text        not null,
    carrier     text        not null,
    waybill     text        not null,
    asked       jsonb       not null, -- the parameters, to recognise a key that is used for something else
    label       text        not null default '',
    paid_by     text        not null,
    at          timestamptz not null,
    primary key (merchant_id, key),
    foreign key (carrier, waybill) references sandbox.parcels on update cascade
);

create table sandbox.movements (
    source      text        not null,
    event_id    text        not null,
    carrier     text        not null,
    waybill     text        not null,
    fact        text        not null,
    code        text        not null default '',
    place       text        not null default '',
    occurred_at timestamptz not null,
    primary key (source, event_id),
    foreign key (carrier, waybill) references sandbox.parcels on update cascade
);

-- Stock. What can be sold is what the catalogue said at the import and every restock since.
create table sandbox.articles (
    merchant_id text   not null,
    sku         text   not null,
    body        jsonb  not null,
    opening     bigint not null,
    primary key (merchant_id, sku)
);

create table sandbox.dispositions (
    merchant_id text        not null,
    key         text        not null,
    asked       jsonb       not null,
    at          timestamptz not null,
    primary key (merchant_id, key)
);

create table sandbox.stock_movements (
    merchant_id text   not null,
    key         text   not null,
    position    int    not null,
    line_id     text   not null,
    sku         text   not null,
    quantity    bigint not null check (quantity > 0),
    disposition text   not null,
    primary key (merchant_id, key, position),
    foreign key (merchant_id, key) references sandbox.dispositions
);
create index stock_movements_by_sku on sandbox.stock_movements (merchant_id, sku);

create table sandbox.messages (
    merchant_id text        not null,
    key         text        not null,
    case_id     text        not null,
    to_role     text        not null,
    to_id       text        not null,
    channel     text        not null,
    address     text        not null,
    template    text        not null,
    locale      text        not null,
    subject     text        not null,
    body        text        not null,
    at          timestamptz not null,
    primary key (merchant_id, key)
);
create index messages_by_case on sandbox.messages (case_id);

-- +goose Down
drop schema sandbox cascade;
