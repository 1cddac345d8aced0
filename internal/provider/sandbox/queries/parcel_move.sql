-- Forward only, so that any order of the same reports ends in the same row.
update sandbox.parcels set
    status = case when array_position(array['expected', 'moving', 'lost', 'damaged', 'delivered', 'refused'], $3)
        > array_position(array['expected', 'moving', 'lost', 'damaged', 'delivered', 'refused'], status) then $3 else status end,
    scanned_at = case when $5::boolean then least(scanned_at, $4) else scanned_at end,
    delivered_at = case when $3 = 'delivered' then least(delivered_at, $4) else delivered_at end,
    moved_at = greatest(moved_at, $4)
where carrier = $1 and waybill = $2
