select asked = $3::jsonb from sandbox.dispositions where merchant_id = $1 and key = $2
