package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/order_lock.sql
	orderLock string
	//go:embed queries/order_put.sql
	orderPut string
	//go:embed queries/order_get.sql
	orderGet string
	//go:embed queries/order_lines_put.sql
	orderLinesPut string
	//go:embed queries/order_lines_drop.sql
	orderLinesDrop string
	//go:embed queries/payments_put.sql
	paymentsPut string
	//go:embed queries/payments_drop.sql
	paymentsDrop string
	//go:embed queries/claims_prior_drop.sql
	claimsPriorDrop string
	//go:embed queries/claims_prior_put.sql
	claimsPriorPut string
)

// PutOrder keeps an order as the shop knows it, in place of what was kept of it before. What has been paid out of it, and
// the units that cases hold, stay.
func (s *Store) PutOrder(ctx context.Context, o schemas.ShopOrder) error {
	if refusal := CheckOrder(o); refusal != nil {
		return refusal
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, orderLock, o.MerchantID, o.OrderID); err != nil {
			return fmt.Errorf("lock order: %w", err)
		}
		return putOrder(ctx, tx, o)
	})
}

// Order returns an order as it was last put, without the address it was shipped to.
func (s *Store) Order(ctx context.Context, merchant, order string) (schemas.ShopOrder, error) {
	var o schemas.ShopOrder
	err := s.pool.QueryRow(ctx, orderGet, merchant, order).Scan(&o)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, fmt.Errorf("order %s of %s: %w", order, merchant, ErrNotFound)
	}
	return o, err
}

// The rows of an order as its SQL reads them.
type (
	lineRow struct {
		LineID     string `json:"line_id"`
		SKU        string `json:"sku"`
		ShippedSKU string `json:"shipped_sku"`
		ProductID  string `json:"product_id"`
		Quantity   int    `json:"quantity"`
		UnitPrice  int64  `json:"unit_price_minor"`
		Cost       int64  `json:"cost_minor"`
		Prior      int64  `json:"prior_minor"`
		Settled    int    `json:"settled"`
	}
	paymentRow struct {
		PaymentID string `json:"payment_id"`
		Method    string `json:"method"`
		Position  int    `json:"position"`
		Captured  int64  `json:"captured_minor"`
		Prior     int64  `json:"prior_minor"`
	}
)

// putOrder writes an order that was checked, in a transaction that holds the order's lock.
func putOrder(ctx context.Context, tx pgx.Tx, o schemas.ShopOrder) error {
	before := priorRefunds(o)
	o.ShipTo = nil // personal data does not belong in this table
	snapshot, err := jsonb(o)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, orderPut, snapshot)
	if err != nil {
		return fmt.Errorf("put order %s: %w", o.OrderID, err)
	}
	if tag.RowsAffected() == 0 {
		return refuse(schemas.CodeOtherCurrency, "currency", "money of this order was booked in another currency than %s.", o.Currency)
	}

	lines, lineIDs := make([]lineRow, 0, len(o.Lines)), make([]string, 0, len(o.Lines))
	settled := false
	for _, l := range o.Lines {
		lineIDs = append(lineIDs, l.LineID)
		lines = append(lines, lineRow{
			LineID: l.LineID, SKU: l.SKU, ShippedSKU: l.ShippedSKU, ProductID: l.ProductID, Quantity: l.Quantity,
			UnitPrice: l.UnitPrice.Minor, Cost: l.UnitPrice.Minor * int64(l.Quantity),
			Prior: before.lines[l.LineID], Settled: before.units[l.LineID],
		})
		settled = settled || before.units[l.LineID] > 0
	}
	payments, paymentIDs := make([]paymentRow, 0, len(o.Payments)), make([]string, 0, len(o.Payments))
	for i, p := range o.Payments {
		paymentIDs = append(paymentIDs, p.PaymentID)
		payments = append(payments, paymentRow{
			PaymentID: p.PaymentID, Method: p.PaymentMethodID, Position: i, Captured: p.Captured.Minor, Prior: before.payments[p.PaymentID],
		})
	}
	lineRows, err := jsonb(lines)
	if err != nil {
		return err
	}
	paymentRows, err := jsonb(payments)
	if err != nil {
		return err
	}
	when := o.PlacedAt
	if o.DeliveredAt != nil {
		when = *o.DeliveredAt
	}

	batch := &pgx.Batch{}
	batch.Queue(claimsPriorDrop, o.MerchantID, o.OrderID)
	batch.Queue(orderLinesPut, o.MerchantID, o.OrderID, lineRows)
	batch.Queue(orderLinesDrop, o.MerchantID, o.OrderID, lineIDs)
	batch.Queue(paymentsPut, o.MerchantID, o.OrderID, paymentRows)
	batch.Queue(paymentsDrop, o.MerchantID, o.OrderID, paymentIDs)
	if settled {
		batch.Queue(claimsPriorPut, o.MerchantID, o.OrderID, lineRows, when)
	}
	if err := send(ctx, tx, batch); err != nil {
		return fmt.Errorf("put lines and payments of order %s: %w", o.OrderID, err)
	}
	return nil
}
