select merchant_id, dispute_id, payment_id, amount, currency, status, key, opened_at, due_at, ended_at
from sandbox.disputes where $1 = '' or merchant_id = $1 order by opened_at, merchant_id, dispute_id
