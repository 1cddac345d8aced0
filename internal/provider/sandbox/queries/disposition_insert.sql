insert into sandbox.dispositions (merchant_id, key, asked, at) values ($1, $2, $3, $4)
