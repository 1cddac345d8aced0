-- Packs hold what people said. The hash stays, so that it can still be shown what was handed in.
UPDATE aftercare.evidence_packs p SET zip = NULL
WHERE p.merchant_id = $1 AND p.case_id IN (SELECT c.case_id FROM aftercare.cases c WHERE c.merchant_id = $1 AND c.customer_id = $2)
