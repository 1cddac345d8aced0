select merchant_id, key, sku, quantity, status, until, at
from sandbox.reservations where ($1 = '' or merchant_id = $1) and sku <> '' order by place
