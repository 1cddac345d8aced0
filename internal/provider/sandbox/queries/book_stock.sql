select m.merchant_id, m.key, m.line_id, m.sku, m.quantity, m.disposition, d.at
from sandbox.stock_movements m join sandbox.dispositions d using (merchant_id, key)
where $1 = '' or m.merchant_id = $1 order by d.at, m.key, m.position
