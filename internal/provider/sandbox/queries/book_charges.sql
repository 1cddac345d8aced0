select merchant_id, key, number, kind, order_id, method, amount, currency, status, code, asked_at, tries
from sandbox.charges where $1 = '' or merchant_id = $1 order by asked_really, key
