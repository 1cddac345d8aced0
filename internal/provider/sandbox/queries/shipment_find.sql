select asked = $3::jsonb, case when status = 'sent' then waybill else '' end, case when status = 'sent' then carrier else '' end
from sandbox.shipments where merchant_id = $1 and shipment_id = $2
