UPDATE aftercare.facts SET signalled_at = COALESCE(signalled_at, $3) WHERE source = $1 AND event_id = $2
