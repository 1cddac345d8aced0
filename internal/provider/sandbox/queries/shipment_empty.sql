-- A shipment of which nothing could be found is not sent.
update sandbox.shipments s set status = 'lost'
where s.merchant_id = $1 and s.shipment_id = $2 and s.status = 'ordered'
    and not exists (select from sandbox.shipped_goods g
        join sandbox.reservations r on r.merchant_id = g.merchant_id and r.key = g.stock_key
        where g.merchant_id = s.merchant_id and g.shipment_id = s.shipment_id and r.status = 'used')
