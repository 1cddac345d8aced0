-- Lines that the shop no longer lists go, unless something stands on them.
DELETE FROM aftercare.order_lines l
WHERE l.merchant_id = $1 AND l.order_id = $2 AND NOT l.line_id = ANY ($3::text[])
  AND NOT EXISTS (SELECT FROM aftercare.unit_claims c
                  WHERE c.merchant_id = l.merchant_id AND c.order_id = l.order_id AND c.line_id = l.line_id)
  AND NOT EXISTS (SELECT FROM aftercare.refund_shares s
                  WHERE s.merchant_id = l.merchant_id AND s.order_id = l.order_id AND s.line_id = l.line_id)
  AND NOT EXISTS (SELECT FROM aftercare.dispute_shares s
                  WHERE s.merchant_id = l.merchant_id AND s.order_id = l.order_id AND s.line_id = l.line_id)
  AND NOT EXISTS (SELECT FROM aftercare.line_nettings n
                  WHERE n.merchant_id = l.merchant_id AND n.order_id = l.order_id AND l.line_id IN (n.from_line, n.to_line))
