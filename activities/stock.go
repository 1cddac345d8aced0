package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Stock tells the warehouse where goods go, which to keep and which to send. An order without an answer is simply sent again: the warehouse knows its key.
type Stock struct {
	warehouse provider.Stock
	claims    *Claims
}

// NewStock takes a warehouse's book of goods, and the claims that end when the goods are there.
func NewStock(s provider.Stock, c *Claims) *Stock { return &Stock{warehouse: s, claims: c} }

// Dispose books where inspected goods go, after the units that are replaced by then are settled: those do not wait for a warehouse. It is
// safe to run twice: a key is booked once, all its goods or none, and a unit is settled once.
func (s *Stock) Dispose(ctx context.Context, order schemas.DisposeOrder) (schemas.Disposed, error) {
	if len(order.Settle) > 0 {
		if _, err := s.claims.Settle(ctx, schemas.SettleOrder{CaseID: order.CaseID, Units: order.Settle, Replaced: order.Replaced, At: order.At}); err != nil {
			return schemas.Disposed{}, err
		}
	}
	ctx, cancel := patience(ctx)
	defer cancel()
	err := s.warehouse.Dispose(ctx, provider.DisposeCall{Key: order.Key, MerchantID: order.MerchantID, Goods: order.Goods, At: order.At})
	if err != nil {
		return schemas.Disposed{}, outsideFailed("dispose of goods "+order.Key, err)
	}
	return schemas.Disposed{Settled: len(order.Settle) > 0}, nil
}

// Reserve has goods kept for a replacement. It is safe to run twice: a key keeps its goods once, and answers the same as long as
// the warehouse has nothing better to say. Not having enough is an answer. An order that arrives after its key was given back
// keeps nothing.
func (s *Stock) Reserve(ctx context.Context, order schemas.StockOrder) (schemas.StockReceipt, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	kept, err := s.warehouse.Reserve(ctx, provider.ReserveCall{
		Key: order.Key, MerchantID: order.MerchantID, SKU: order.SKU, Quantity: order.Quantity, Wait: order.Wait, Until: order.Until, At: order.At,
	})
	if err != nil {
		return schemas.StockReceipt{}, outsideFailed("reserve goods "+order.Key, err)
	}
	return schemas.StockReceipt{Key: order.Key, Held: kept.Held, ExpectedAt: kept.ExpectedAt}, nil
}

// Release gives kept goods back, key by key. It is safe to run twice: what was given back, sent, or never kept stays as it is.
func (s *Stock) Release(ctx context.Context, order schemas.StockReleaseOrder) (schemas.Nothing, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	for _, key := range order.Keys {
		if err := s.warehouse.Release(ctx, provider.ReleaseCall{Key: key, MerchantID: order.MerchantID, At: order.At}); err != nil {
			return schemas.Nothing{}, outsideFailed("give back goods "+key, err)
		}
	}
	return schemas.Nothing{}, nil
}

// Ship orders kept goods to be sent. It is safe to run twice: a shipment id is one shipment. A refusal is an answer: nothing is
// sent, and the goods that are there stay kept.
func (s *Stock) Ship(ctx context.Context, order schemas.ShipOrder) (schemas.ShipReceipt, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	answer, err := s.warehouse.Ship(ctx, provider.ShipCall{
		ShipmentID: order.ShipmentID, MerchantID: order.MerchantID, OrderID: order.OrderID, CustomerID: order.CustomerID,
		Goods: order.Goods, At: order.At,
	})
	if err != nil {
		return schemas.ShipReceipt{}, outsideFailed("send goods "+order.ShipmentID, err)
	}
	return schemas.ShipReceipt{ShipmentID: order.ShipmentID, Refused: answer.Refused, Code: answer.Code, Waybill: answer.Waybill, Carrier: answer.Carrier}, nil
}
