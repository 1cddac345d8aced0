-- $1 case, $2 run_id, $3 history_length, $4 revision, $5 parcels. A parcel that the row no longer has never was the case's.
DELETE FROM aftercare.parcels p
WHERE p.case_id = $1::text AND aftercare.row_is_of($1, $2, $3, $4)
  AND NOT EXISTS (SELECT FROM jsonb_to_recordset($5::jsonb) AS g (carrier text, waybill text)
                  WHERE g.carrier = p.carrier AND g.waybill = p.waybill)
