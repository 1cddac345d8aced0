select merchant_id, key, number, amount, currency, tries, asked_at + (due_really - asked_really), due_really
from sandbox.charges
where status = 'accepted' and due_really <= clock_timestamp() and ($2 = '' or merchant_id = $1 and key = $2)
order by due_really limit $3 for update skip locked
