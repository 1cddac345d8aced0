package provider

import (
	"context"

	"github.com/aftercare/aftercare/schemas"
)

// Orders is the shop's own order system. It is only read.
type Orders interface {
	// Order returns an order as the shop knows it now, with the address it went to. An order that does not exist and one
	// of another merchant are the same error, ErrUnknownOrder, so that ids cannot be probed.
	Order(ctx context.Context, merchant, order string) (schemas.ShopOrder, error)
}

// ErrUnknownOrder says that the merchant has no such order.
var ErrUnknownOrder = Never(schemas.CodeUnknownOrder, "the shop knows no such order of this merchant")
