SELECT merchant_id, dispute_id, kind, order_id, payment_id, case_id, amount_minor, currency, reason, status, taken_minor, opened_at, due_at, heard_at, decided_at
FROM aftercare.disputes
WHERE merchant_id = $1 AND dispute_id = $2
