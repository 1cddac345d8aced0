-- A fact that came before is counted. Until a case has been told of it, it is routed anew each time it comes: its parcel may
-- have become known, or its case may have a successor. Returns whether a case had been told.
INSERT INTO aftercare.facts AS f (source, event_id, name, merchant_id, case_id, verdict, occurred_at, received_at, door, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (source, event_id) DO UPDATE
SET copies = f.copies + 1,
    merchant_id = CASE WHEN f.signalled_at IS NULL THEN excluded.merchant_id ELSE f.merchant_id END,
    case_id     = CASE WHEN f.signalled_at IS NULL THEN excluded.case_id ELSE f.case_id END,
    verdict     = CASE WHEN f.signalled_at IS NULL THEN excluded.verdict ELSE f.verdict END
RETURNING signalled_at IS NOT NULL
