-- The payment that the bank takes back: the one it names, or the largest of the order.
select payment_id, currency, order_id, captured from sandbox.payments
where merchant_id = $1 and (payment_id = $2 or $2 = '' and order_id = $3)
order by captured desc, payment_id
limit 1
