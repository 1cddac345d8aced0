-- $1 merchant, $2 case. Frees what a case holds, but for lines of which money or a replacement has gone out, or may have ($3).
DELETE FROM aftercare.unit_claims c
WHERE c.merchant_id = $1 AND c.case_id = $2 AND c.status = 'held' AND c.line_id <> ALL ($3::text[])
  AND NOT EXISTS (SELECT FROM aftercare.refund_shares s JOIN aftercare.refunds r USING (merchant_id, refund_id)
                  WHERE r.merchant_id = $1 AND r.case_id = $2 AND r.status <> 'cancelled' AND s.line_id = c.line_id)
