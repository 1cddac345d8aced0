select source, event_id, name, verdict, coalesce(case_id, ''), signalled_at is not null from aftercare.facts
