-- What has left this payment or is about to. A refund that failed or came back has not.
select coalesce(sum(amount), 0)::bigint from sandbox.refunds
where merchant_id = $1 and payment_id = $2 and status in ('accepted', 'succeeded')
