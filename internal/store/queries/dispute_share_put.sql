-- Gives a line its share of a dispute for the request of a case ($6), or takes it away, and counts it at the line. $5 is the whole share, 0 for none.
WITH before AS (
    SELECT COALESCE((SELECT amount_minor FROM aftercare.dispute_shares
                     WHERE merchant_id = $1 AND dispute_id = $2 AND line_id = $4 AND request_id = split_part($6, ':', 2)), 0) AS minor
), gone AS (
    DELETE FROM aftercare.dispute_shares
    WHERE merchant_id = $1 AND dispute_id = $2 AND line_id = $4 AND request_id = split_part($6, ':', 2) AND $5::bigint = 0
), put AS (
    INSERT INTO aftercare.dispute_shares (merchant_id, dispute_id, order_id, line_id, case_id, amount_minor)
    SELECT $1, $2, $3, $4, $6, $5::bigint WHERE $5::bigint > 0
    ON CONFLICT (merchant_id, dispute_id, line_id, request_id) DO UPDATE SET case_id = excluded.case_id, amount_minor = excluded.amount_minor
)
UPDATE aftercare.order_lines l SET paid_out_minor = l.paid_out_minor + $5::bigint - before.minor
FROM before
WHERE l.merchant_id = $1 AND l.order_id = $3 AND l.line_id = $4
