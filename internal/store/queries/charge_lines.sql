-- The lines that a payment is for, where it is a charge.
SELECT lines FROM aftercare.charges WHERE merchant_id = $1 AND order_id = $2 AND charge_id = $3
