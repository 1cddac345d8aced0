SELECT case_id FROM aftercare.cases
WHERE merchant_id = $1 AND order_id = $2 AND case_id <> $3 AND closed_at IS NULL AND NOT lost
ORDER BY case_id
