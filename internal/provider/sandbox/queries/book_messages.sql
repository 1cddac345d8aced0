select merchant_id, key, case_id, to_role, to_id, channel, address, template, locale, subject, body, at, not_before
from sandbox.messages where $1 = '' or merchant_id = $1 order by at, key
