-- $1 case, $2 run_id, $3 history_length, $4 revision, and of each parcel $5 carrier, $6 waybill. A parcel that the row no longer has never was the case's.
DELETE FROM aftercare.parcels p
WHERE p.case_id = $1::text
  AND EXISTS (SELECT FROM aftercare.cases c
              WHERE c.case_id = $1::text AND c.revision = $4::bigint AND ($2::text = '*' OR (c.run_id = $2::text AND c.history_length = $3::int)))
  AND NOT EXISTS (SELECT FROM unnest($5::text[], $6::text[]) AS g (carrier, waybill)
                  WHERE g.carrier = p.carrier AND g.waybill = p.waybill)
