-- What the ledger knows already of what lines have paid for others in the cases of a request ($3): what was booked as such, and what has gone
-- back of it since, or is on its way.
SELECT n.line_id, sum(n.minor)::bigint
FROM (SELECT from_line AS line_id, amount_minor AS minor
      FROM aftercare.line_nettings
      WHERE merchant_id = $1 AND order_id = $2 AND split_part(case_id, ':', 2) = $3
      UNION ALL
      SELECT s->>'line_id', (s->'amount'->>'minor')::bigint
      FROM aftercare.refunds r
      CROSS JOIN LATERAL jsonb_array_elements(r.shares) AS s
      WHERE r.merchant_id = $1 AND r.order_id = $2 AND split_part(r.case_id, ':', 2) = $3 AND r.status <> 'cancelled' AND (s->>'netted')::boolean
        AND NOT EXISTS (SELECT FROM aftercare.charges c WHERE c.merchant_id = r.merchant_id AND c.charge_id = r.payment_id)) AS n
GROUP BY n.line_id
