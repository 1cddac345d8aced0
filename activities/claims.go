package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Claims gives back units that a case held.
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
