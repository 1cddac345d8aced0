SELECT case_id, revision, changed_at FROM aftercare.cases WHERE changed_at > $1 ORDER BY changed_at LIMIT $2
