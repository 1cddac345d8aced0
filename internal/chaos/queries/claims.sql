-- What was replaced and is another request's by now stands with the case that replaced it, too.
select merchant_id, order_id, line_id, unit, case_id, status from aftercare.unit_claims
union all
select r.merchant_id, r.order_id, r.line_id, r.unit, r.case_id, 'settled'
from aftercare.unit_replacements r
where not exists (select from aftercare.unit_claims u
                  where u.merchant_id = r.merchant_id and u.order_id = r.order_id and u.line_id = r.line_id and u.unit = r.unit and u.case_id = r.case_id)
order by merchant_id, order_id, line_id, unit, case_id
