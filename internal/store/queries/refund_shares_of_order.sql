-- What went out for each line of an order, or is reserved, by case. What goes back of a charge was paid on top of the line.
SELECT o.line_id, o.case_id, sum(o.amount_minor)::bigint
FROM (SELECT s.line_id, r.case_id, s.amount_minor
      FROM aftercare.refund_shares s
      JOIN aftercare.refunds r USING (merchant_id, refund_id)
      WHERE s.merchant_id = $1 AND s.order_id = $2 AND r.status <> 'cancelled'
        AND NOT EXISTS (SELECT FROM aftercare.charges c WHERE c.merchant_id = r.merchant_id AND c.charge_id = r.payment_id)
      UNION ALL
      SELECT s.line_id, s.case_id, s.amount_minor
      FROM aftercare.dispute_shares s
      WHERE s.merchant_id = $1 AND s.order_id = $2) AS o
GROUP BY o.line_id, o.case_id
