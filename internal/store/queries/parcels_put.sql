-- $1 case, $2 merchant, and of each parcel $3 carrier, $4 waybill, $5 direction, $6 status.
INSERT INTO aftercare.parcels (case_id, carrier, waybill, merchant_id, direction, status)
SELECT $1::text, g.carrier, g.waybill, $2::text, g.direction, g.status
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS g (carrier, waybill, direction, status)
WHERE EXISTS (SELECT FROM aftercare.cases c WHERE c.case_id = $1::text AND c.xmin = pg_current_xact_id_if_assigned()::xid)
ON CONFLICT (case_id, carrier, waybill) DO UPDATE SET direction = excluded.direction, status = excluded.status
