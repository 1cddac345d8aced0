-- A case as it ended, for the one that continues it. Locked, so that two cannot continue it at the same moment.
SELECT row FROM aftercare.cases WHERE case_id = $1 AND merchant_id = $2 FOR UPDATE
