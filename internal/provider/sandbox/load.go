package sandbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// Loader takes what an import reads, one row at a time. Every method may be repeated with the same row or a newer one. It
// replaces what the row says and nothing else: refunds, balances and stock that moved since are booked apart from what was
// imported, so that no import can erase them.
type Loader struct{ world *World }

var (
	orderUpsert    = query("order_upsert")
	paymentUpsert  = query("payment_upsert")
	articleUpsert  = query("article_upsert")
	customerUpsert = query("method_upsert")
)

// Order loads an order into the shop's system and its payments into the payment provider's.
func (l *Loader) Order(ctx context.Context, order schemas.ShopOrder) error {
	body, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("load order %s: %w", order.OrderID, err)
	}
	before := map[string]int64{}
	for _, refund := range order.Refunds {
		before[refund.PaymentID] += refund.Amount.Minor
	}
	batch := &pgx.Batch{}
	batch.Queue(orderUpsert, order.MerchantID, order.OrderID, body)
	for _, p := range order.Payments {
		batch.Queue(paymentUpsert, order.MerchantID, p.PaymentID, order.OrderID, order.CustomerID, p.PaymentMethodID,
			p.Captured.Minor, p.Captured.Currency, before[p.PaymentID])
	}
	if err := l.world.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("load order %s: %w", order.OrderID, err)
	}
	return nil
}

// Article loads an article with its stock at the import. One without a merchant belongs to every merchant.
func (l *Loader) Article(ctx context.Context, article schemas.ShopArticle) error {
	body, err := json.Marshal(article)
	if err == nil {
		_, err = l.world.pool.Exec(ctx, articleUpsert, article.MerchantID, article.SKU, body, article.InStock)
	}
	if err != nil {
		return fmt.Errorf("load article %s: %w", article.SKU, err)
	}
	return nil
}

// Customer loads a customer's ways to pay, with the balance of a gift card at the import. One without a merchant is every
// merchant's. Name and addresses are not kept here: nobody of the five systems asks for them.
func (l *Loader) Customer(ctx context.Context, customer schemas.ShopCustomer) error {
	batch := &pgx.Batch{}
	for _, m := range customer.PaymentMethods {
		var opening, currency any
		if m.Balance != nil {
			opening, currency = m.Balance.Minor, m.Balance.Currency
		}
		batch.Queue(customerUpsert, customer.MerchantID, m.PaymentMethodID, customer.CustomerID, m.Kind, opening, currency)
	}
	if err := l.world.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("load customer %s: %w", customer.CustomerID, err)
	}
	return nil
}
