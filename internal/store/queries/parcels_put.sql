-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 merchant, and of each parcel $6 carrier, $7 waybill, $8 direction, $9 status.
INSERT INTO aftercare.parcels (case_id, carrier, waybill, merchant_id, direction, status)
SELECT $1::text, g.carrier, g.waybill, $5::text, g.direction, g.status
FROM unnest($6::text[], $7::text[], $8::text[], $9::text[]) AS g (carrier, waybill, direction, status)
WHERE EXISTS (SELECT FROM aftercare.cases c
              WHERE c.case_id = $1::text AND c.revision = $4::bigint AND ($2::text = '*' OR (c.run_id = $2::text AND c.history_length = $3::int)))
ON CONFLICT (case_id, carrier, waybill) DO UPDATE SET direction = excluded.direction, status = excluded.status
