update sandbox.parcels set carrier = $1
where carrier = '' and waybill = $2 and not exists (select from sandbox.parcels where carrier = $1 and waybill = $2)
