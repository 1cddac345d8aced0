SELECT run_started_at FROM aftercare.cases WHERE case_id = $1 AND run_id = $2 AND outcome <> 'ADOPTED' AND run_started_at > '-infinity'
