package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Claims gives back units that a case held, or settles them.
type Claims struct{ store *store.Store }

// NewClaims takes the database that knows who holds what.
func NewClaims(s *store.Store) *Claims { return &Claims{store: s} }

// Release frees the units of lines that end with the goods at the customer, so that another request may take them. It is
// safe to run twice: only what the case still holds is freed, and nothing that was settled.
func (c *Claims) Release(ctx context.Context, order schemas.ReleaseOrder) (schemas.Nothing, error) {
	if err := c.store.ReleaseUnits(ctx, order); err != nil {
		return schemas.Nothing{}, oursFailed("release the units of "+order.CaseID, err)
	}
	return schemas.Nothing{}, nil
}

// Settle marks units as replaced for good. It is safe to run twice: a unit is settled once.
func (c *Claims) Settle(ctx context.Context, order schemas.SettleOrder) (schemas.Nothing, error) {
	if err := c.store.SettleUnits(ctx, order.CaseID, order.Units, order.Replaced, order.At); err != nil {
		return schemas.Nothing{}, oursFailed("settle the units of "+order.CaseID, err)
	}
	return schemas.Nothing{}, nil
}
