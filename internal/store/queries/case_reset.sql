-- $1 case, $2 run. The workflow was reset and runs on in another run, from an earlier point: that run writes the row from now on, however
-- short its history is, and the one before it nothing more. A case that another one continues stays ended.
UPDATE aftercare.cases
SET run_id = $2, history_length = 0, turned_away = run_id
WHERE case_id = $1 AND run_id <> $2 AND outcome <> 'ADOPTED'
