-- The words in a customer's cases, whoever said them.
UPDATE aftercare.texts t SET body = NULL, erased_at = $3
WHERE t.merchant_id = $1 AND t.erased_at IS NULL AND t.text_id IN (
    SELECT p.id #>> '{}' FROM aftercare.cases c CROSS JOIN LATERAL jsonb_path_query(c.row, '$.**.text_id') AS p (id)
    WHERE c.merchant_id = $1 AND c.customer_id = $2)
