select merchant_id, shipment_id, number, order_id, customer_id, asked_at + (due_really - asked_really), due_really
from sandbox.shipments
where status = 'ordered' and due_really <= clock_timestamp()
order by due_really limit $1 for update skip locked
