-- Providers know refund numbers and no merchant.
SELECT currency FROM aftercare.refunds WHERE refund_id = $1
