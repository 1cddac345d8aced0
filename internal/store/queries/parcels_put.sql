-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 merchant, $6 parcels.
INSERT INTO aftercare.parcels (case_id, carrier, waybill, merchant_id, direction, status)
SELECT $1::text, g.carrier, g.waybill, $5::text, g.direction, g.status
FROM jsonb_to_recordset($6::jsonb) AS g (carrier text, waybill text, direction text, status text)
WHERE EXISTS (SELECT FROM aftercare.cases c
              WHERE c.case_id = $1::text AND c.revision = $4::bigint AND ($2::text = '*' OR (c.run_id = $2::text AND c.history_length = $3::int)))
ON CONFLICT (case_id, carrier, waybill) DO UPDATE SET direction = excluded.direction, status = excluded.status
