-- $1 case, $2 run_id. Remembers a run that began after the case had ended: what it writes later is refused as well.
UPDATE aftercare.cases SET turned_away = $2 WHERE case_id = $1 AND closed_at IS NOT NULL AND run_id <> $2
