-- The carrier's own parcel first, then one whose carrier nobody named; any carrier's where the question names none.
select status, moved_at from sandbox.parcels
where waybill = $2 and ($1 = '' or carrier in ($1, '')) order by carrier desc limit 1
