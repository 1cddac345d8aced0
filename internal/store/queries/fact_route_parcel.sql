-- The cases whose parcel it is, as they stand now. $1 waybill, $2 carrier.
SELECT p.case_id, n.case_id AS now_id, n.closed, p.merchant_id, p.carrier = $2::text AS exact
FROM aftercare.parcels p
CROSS JOIN LATERAL aftercare.case_now(p.case_id) AS n
WHERE p.waybill = $1
ORDER BY exact DESC, n.closed, n.opened_at DESC NULLS FIRST, n.case_id, (p.case_id = n.case_id) DESC, p.case_id
