-- +goose Up
-- Chargebacks, as the bank has them. The money is back with the customer from the day one is opened, and with the merchant again when
-- it is won or withdrawn.
create table sandbox.disputes (
    merchant_id text        not null,
    dispute_id  text        not null,
    payment_id  text        not null,
    amount      bigint      not null check (amount > 0),
    currency    text        not null,
    reason      text        not null default '',
    status      text        not null check (status in ('open', 'answered', 'won', 'lost', 'withdrawn')),
    key         text        not null default '', -- of the answer
    answer      jsonb,
    opened_at   timestamptz not null,
    due_at      timestamptz not null,
    ended_at    timestamptz,
    primary key (merchant_id, dispute_id),
    foreign key (merchant_id, payment_id) references sandbox.payments
);

-- +goose Down
drop table sandbox.disputes;
