-- A message may have to wait until its recipient may be disturbed, as gateways of text messages take a time to send at. It is
-- business time, as "at" is.

-- +goose Up
alter table sandbox.messages add column not_before timestamptz;

-- +goose Down
alter table sandbox.messages drop column not_before;
