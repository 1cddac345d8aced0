insert into sandbox.messages (merchant_id, key, case_id, to_role, to_id, channel, address, template, locale, subject, body, at, not_before)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
