-- The cases of a customer that keep the customer from being erased: open ones, and those on which a legal hold stands. What was said of a
-- closed case later counts instead of its row. The rows are locked, so that no hold is placed meanwhile.
SELECT c.case_id, c.closed_at IS NULL AS open,
       CASE WHEN c.closed_at IS NOT NULL AND h.case_id IS NOT NULL THEN h.stands
            ELSE COALESCE(c.row->'holds' @> '[{"kind": "LEGAL_HOLD"}]', false) END AS held
FROM aftercare.cases c
LEFT JOIN aftercare.legal_holds h ON h.merchant_id = c.merchant_id AND h.case_id = c.case_id
WHERE c.merchant_id = $1 AND c.customer_id = $2
ORDER BY c.case_id
FOR UPDATE OF c
