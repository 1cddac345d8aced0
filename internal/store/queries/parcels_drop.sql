-- $1 case, and of each parcel $2 carrier, $3 waybill. A parcel that the row no longer has never was the case's.
DELETE FROM aftercare.parcels p
WHERE p.case_id = $1::text
  AND EXISTS (SELECT FROM aftercare.cases c WHERE c.case_id = $1::text AND c.xmin = pg_current_xact_id_if_assigned()::xid)
  AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS g (carrier, waybill)
                  WHERE g.carrier = p.carrier AND g.waybill = p.waybill)
