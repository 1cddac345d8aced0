-- Where a customer's clock stands: messages show times in it, and none interrupts a customer's night. Empty is the zone that
-- people expect of the customer's language.

-- +goose Up
ALTER TABLE aftercare.customers ADD COLUMN time_zone text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE aftercare.customers DROP COLUMN time_zone;
