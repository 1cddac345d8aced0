-- The provider has the answer of this case. Where the ledger has another one's already, that one stays.
UPDATE aftercare.dispute_answers SET given = true
WHERE merchant_id = $1 AND dispute_id = $2 AND case_id = $3
  AND NOT EXISTS (SELECT FROM aftercare.dispute_answers g WHERE g.merchant_id = $1 AND g.dispute_id = $2 AND g.given)
