SELECT EXISTS (SELECT FROM aftercare.payment_methods WHERE merchant_id = $1 AND customer_id = $2 AND payment_method_id = $4)
    OR EXISTS (SELECT FROM aftercare.payments p JOIN aftercare.orders o USING (merchant_id, order_id)
               WHERE p.merchant_id = $1 AND o.customer_id = $2 AND p.order_id = $3 AND p.method = $4)
