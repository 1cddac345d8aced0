select merchant_id, shipment_id, number, order_id, customer_id, asked_at, clock_timestamp(), status, waybill
from sandbox.shipments where shipment_id = $1 order by merchant_id limit 1 for update
