INSERT INTO aftercare.legal_holds (merchant_id, case_id, stands, reason, by_role, by_id, at)
SELECT c.merchant_id, c.case_id, $2, $3, $4, $5, $6 FROM aftercare.cases c WHERE c.case_id = $1 AND c.closed_at IS NOT NULL FOR UPDATE
ON CONFLICT (merchant_id, case_id) DO UPDATE
SET stands = excluded.stands, reason = excluded.reason, by_role = excluded.by_role, by_id = excluded.by_id, at = excluded.at
