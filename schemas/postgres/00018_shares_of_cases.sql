-- What a bank took of a line counts for each request by itself: two cases that are about different units of one line, and hear of one chargeback,
-- have each a part of it. Until then both counted the whole, and together paid their customer too little.

-- +goose Up
ALTER TABLE aftercare.dispute_shares ADD COLUMN case_id text NOT NULL DEFAULT ''; -- the case that owes it, the last one of its request
UPDATE aftercare.dispute_shares s SET case_id = d.case_id
FROM aftercare.disputes d
WHERE d.merchant_id = s.merchant_id AND d.dispute_id = s.dispute_id;
ALTER TABLE aftercare.dispute_shares ALTER COLUMN case_id DROP DEFAULT;
ALTER TABLE aftercare.dispute_shares ADD COLUMN request_id text NOT NULL GENERATED ALWAYS AS (split_part(case_id, ':', 2)) STORED;
ALTER TABLE aftercare.dispute_shares DROP CONSTRAINT dispute_shares_pkey;
ALTER TABLE aftercare.dispute_shares ADD PRIMARY KEY (merchant_id, dispute_id, line_id, request_id);

-- +goose Down
CREATE TEMPORARY TABLE together AS
    SELECT merchant_id, dispute_id, order_id, line_id, sum(amount_minor)::bigint AS amount_minor
    FROM aftercare.dispute_shares
    GROUP BY 1, 2, 3, 4;
DELETE FROM aftercare.dispute_shares;
ALTER TABLE aftercare.dispute_shares DROP CONSTRAINT dispute_shares_pkey;
ALTER TABLE aftercare.dispute_shares DROP COLUMN request_id;
ALTER TABLE aftercare.dispute_shares DROP COLUMN case_id;
ALTER TABLE aftercare.dispute_shares ADD PRIMARY KEY (merchant_id, dispute_id, line_id);
INSERT INTO aftercare.dispute_shares (merchant_id, dispute_id, order_id, line_id, amount_minor)
    SELECT merchant_id, dispute_id, order_id, line_id, amount_minor FROM together;
DROP TABLE together;
