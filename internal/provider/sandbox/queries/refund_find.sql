select order_id, payment_id, method, amount, currency, status, code
from sandbox.refunds where merchant_id = $1 and key = $2
