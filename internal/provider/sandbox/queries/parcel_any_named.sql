select carrier from sandbox.parcels where waybill = $1 order by carrier
