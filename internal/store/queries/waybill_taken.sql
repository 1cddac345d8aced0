-- $1 merchant, $2 waybill, $3 the customer and $4 the case that may have it.
SELECT EXISTS (SELECT FROM aftercare.parcels p JOIN aftercare.cases c USING (case_id)
               WHERE p.merchant_id = $1 AND p.waybill = $2 AND c.customer_id <> $3 AND c.case_id <> $4 AND c.closed_at IS NULL)
