insert into sandbox.disputes (merchant_id, dispute_id, payment_id, amount, currency, reason, status, opened_at, due_at)
values ($1, $2, $3, $4, $5, $6, 'open', $7, $8) on conflict (merchant_id, dispute_id) do nothing
