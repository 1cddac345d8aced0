UPDATE aftercare.cases SET row = jsonb_set(row, '{lost,settled}', 'true'), changed_at = clock_timestamp() WHERE case_id = $1 AND lost
