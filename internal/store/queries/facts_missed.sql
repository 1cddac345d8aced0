-- Facts that were recorded for a case and of which it knows nothing: they came when nobody served it. $1 merchant, $2 case.
SELECT f.name, f.source, f.event_id, f.occurred_at, f.received_at, f.door, f.body
FROM aftercare.facts f
WHERE f.merchant_id = $1 AND f.case_id = $2
  AND NOT EXISTS (SELECT FROM aftercare.events e
                  WHERE e.case_id = $2 AND e.event->>'event_id' = f.event_id AND e.event->'actor'->>'id' = f.source)
ORDER BY f.occurred_at, f.source, f.event_id
