-- The packs that were kept for a case, the first one first. $3 is one dispute, or empty for all.
SELECT dispute_id, revision, sha256, zip, made_at
FROM aftercare.evidence_packs
WHERE merchant_id = $1 AND case_id = $2 AND ($3::text = '' OR dispute_id = $3)
ORDER BY made_at, dispute_id
