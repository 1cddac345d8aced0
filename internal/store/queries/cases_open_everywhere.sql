-- Open cases of every merchant, page by page, for whoever compares them with their workflows.
SELECT case_id, merchant_id, run_id, revision, confirmed_revision, opened_at, changed_at
FROM aftercare.cases
WHERE closed_at IS NULL AND case_id > $1
ORDER BY case_id
LIMIT $2
