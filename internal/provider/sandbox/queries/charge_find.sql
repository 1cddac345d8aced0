select kind, order_id, customer_id, method, amount, currency, status, code, until
from sandbox.charges where merchant_id = $1 and key = $2 for update
