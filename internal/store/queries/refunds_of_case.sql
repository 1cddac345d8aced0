SELECT merchant_id, refund_id, case_id, order_id, customer_id, payment_id, method, amount_minor, currency, shares, replaces,
       status, code, proof_id, reserved_at, asked_at, answered_at, attempts, ordered_again, maker_role, maker_id, checker_role, checker_id
FROM aftercare.refunds
WHERE merchant_id = $1 AND case_id = $2
ORDER BY reserved_at, refund_id
