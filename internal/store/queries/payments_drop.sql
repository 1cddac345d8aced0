DELETE FROM aftercare.payments p
WHERE p.merchant_id = $1 AND p.order_id = $2 AND NOT p.charged AND NOT p.payment_id = ANY ($3::text[])
  AND NOT EXISTS (SELECT FROM aftercare.refunds r
                  WHERE r.merchant_id = p.merchant_id AND r.order_id = p.order_id AND r.payment_id = p.payment_id)
  AND NOT EXISTS (SELECT FROM aftercare.disputes d
                  WHERE d.merchant_id = p.merchant_id AND d.order_id = p.order_id AND d.payment_id = p.payment_id AND d.taken_minor > 0)
