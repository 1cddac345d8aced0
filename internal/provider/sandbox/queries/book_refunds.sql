select merchant_id, key, number, order_id, payment_id, method, amount, currency, status, code, asked_at, tries
from sandbox.refunds where $1 = '' or merchant_id = $1 order by asked_really, key
