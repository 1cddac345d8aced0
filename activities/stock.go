package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Stock tells the warehouse where goods go. An order without an answer is simply sent again: the warehouse knows its key.
type Stock struct{ warehouse provider.Stock }

// NewStock takes a warehouse's book of goods.
func NewStock(s provider.Stock) *Stock { return &Stock{warehouse: s} }

// Dispose books where inspected goods go. It is safe to run twice: a key is booked once, all its goods or none.
func (s *Stock) Dispose(ctx context.Context, order schemas.DisposeOrder) (schemas.Nothing, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	err := s.warehouse.Dispose(ctx, provider.DisposeCall{Key: order.Key, MerchantID: order.MerchantID, Goods: order.Goods, At: order.At})
	if err != nil {
		return schemas.Nothing{}, outsideFailed("dispose of goods "+order.Key, err)
	}
	return schemas.Nothing{}, nil
}
