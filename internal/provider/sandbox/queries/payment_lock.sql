select order_id, customer_id, method, captured, currency, refunded_before
from sandbox.payments where merchant_id = $1 and payment_id = $2 for update
