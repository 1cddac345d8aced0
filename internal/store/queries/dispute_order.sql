-- The orders a dispute can be about: by our refund, by the payment, by the order, or by its own number where it is known.
-- $1 refund, $2 payment, $3 order, $4 merchant, $5 dispute; an empty one is not given.
SELECT DISTINCT n.merchant_id, n.order_id
FROM (SELECT r.merchant_id, r.order_id FROM aftercare.refunds r WHERE $1 <> '' AND r.refund_id = $1
      UNION ALL
      SELECT p.merchant_id, p.order_id FROM aftercare.payments p WHERE $1 = '' AND $2 <> '' AND p.payment_id = $2
      UNION ALL
      SELECT o.merchant_id, o.order_id FROM aftercare.orders o WHERE $1 = '' AND $2 = '' AND $3 <> '' AND o.order_id = $3
      UNION ALL
      SELECT d.merchant_id, d.order_id FROM aftercare.disputes d WHERE $1 = '' AND $2 = '' AND $3 = '' AND d.dispute_id = $5) AS n
WHERE ($4 = '' OR n.merchant_id = $4) AND ($3 = '' OR n.order_id = $3)
LIMIT 2
