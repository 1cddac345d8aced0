-- Keeps a pack once for each dispute of a case: what was known when it began stays what was known then.
INSERT INTO aftercare.evidence_packs (merchant_id, case_id, dispute_id, revision, sha256, zip, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (merchant_id, case_id, dispute_id) DO NOTHING
