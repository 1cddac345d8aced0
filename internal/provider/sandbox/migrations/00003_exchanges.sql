-- What an exchange needs: goods that are kept and sent, and money that a customer pays on top or leaves as a security.

-- +goose Up

-- Goods kept for a case. A key that is over (used, released, lost, given away) is never kept for again; one that is released
-- before it was heard of stands here without an article.
create table sandbox.reservations (
    merchant_id text        not null,
    key         text        not null,
    sku         text        not null default '',
    quantity    bigint      not null default 0 check (quantity >= 0),
    status      text        not null check (status in ('none', 'waiting', 'held', 'used', 'released', 'lost', 'given_away')),
    until       timestamptz,
    expected_at timestamptz,
    place       bigint generated always as identity, -- in the queue of those that wait
    at          timestamptz not null,
    primary key (merchant_id, key)
);
create index reservations_by_sku on sandbox.reservations (merchant_id, sku);

-- Goods that came in by other ways than a return.
create table sandbox.arrivals (
    source      text        not null,
    event_id    text        not null,
    merchant_id text        not null,
    sku         text        not null,
    quantity    bigint      not null check (quantity > 0),
    at          timestamptz not null,
    primary key (source, event_id)
);
create index arrivals_by_sku on sandbox.arrivals (merchant_id, sku);

create table sandbox.shipments (
    merchant_id  text        not null,
    shipment_id  text        not null,
    number       text        not null unique,
    order_id     text        not null,
    customer_id  text        not null,
    asked        jsonb       not null, -- the goods, to recognise an id that is used for something else
    status       text        not null check (status in ('ordered', 'sent', 'lost')),
    carrier      text        not null default '',
    waybill      text        not null default '',
    asked_at     timestamptz not null,
    asked_really timestamptz not null default clock_timestamp(),
    due_really   timestamptz not null, -- when the warehouse sends by itself
    sent_at      timestamptz,
    primary key (merchant_id, shipment_id)
);
create index shipments_to_send on sandbox.shipments (due_really) where status = 'ordered';

create table sandbox.shipped_goods (
    merchant_id text   not null,
    shipment_id text   not null,
    line_id     text   not null,
    sku         text   not null,
    quantity    bigint not null check (quantity > 0),
    stock_key   text   not null,
    primary key (merchant_id, stock_key),
    foreign key (merchant_id, shipment_id) references sandbox.shipments,
    foreign key (merchant_id, stock_key) references sandbox.reservations
);
create index shipped_goods_by_shipment on sandbox.shipped_goods (merchant_id, shipment_id);

alter table sandbox.bookings drop constraint bookings_operation_check;
alter table sandbox.bookings add constraint bookings_operation_check check (operation in ('label', 'register', 'send_back', 'replacement'));

create table sandbox.charges (
    merchant_id  text        not null,
    key          text        not null,
    number       text        not null unique,
    kind         text        not null check (kind in ('difference', 'deposit')),
    order_id     text        not null,
    customer_id  text        not null,
    method       text        not null,
    amount       bigint      not null check (amount > 0),
    currency     text        not null,
    status       text        not null check (status in ('accepted', 'succeeded', 'failed', 'lapsed', 'held', 'released', 'captured')),
    code         text        not null default '',
    until        timestamptz,
    asked_at     timestamptz not null,
    asked_really timestamptz not null,
    due_really   timestamptz not null, -- when an accepted charge ends
    settled_really timestamptz,        -- when it did, or a deposit was held
    tries        int         not null default 1,
    primary key (merchant_id, key)
);
create index charges_by_method on sandbox.charges (merchant_id, method);
create index charges_to_settle on sandbox.charges (due_really) where status = 'accepted';

-- +goose Down
drop table sandbox.charges;
alter table sandbox.bookings drop constraint bookings_operation_check;
delete from sandbox.bookings where operation = 'replacement';
alter table sandbox.bookings add constraint bookings_operation_check check (operation in ('label', 'register', 'send_back'));
drop table sandbox.shipped_goods;
drop table sandbox.shipments;
drop table sandbox.arrivals;
drop table sandbox.reservations;
