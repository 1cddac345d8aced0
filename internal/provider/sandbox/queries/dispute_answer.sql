update sandbox.disputes set key = $3, answer = $4, status = $5, ended_at = case when $5 = 'answered' then null else $6::timestamptz end
where merchant_id = $1 and dispute_id = $2
