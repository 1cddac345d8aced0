-- What of a payment has reached the customer by refunds.
select coalesce(sum(amount), 0)::bigint from sandbox.refunds where merchant_id = $1 and payment_id = $2 and status = 'succeeded'
