package provider

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Stock is the warehouse's book of goods.
type Stock interface {
	// Dispose books where inspected goods go: restock adds them to what can be sold, every other disposition to its own
	// place. Once per key, all goods of the call or none.
	// Errors: key_reused (never retry), and whatever Classify says of a call without an answer.
	Dispose(ctx context.Context, call DisposeCall) error
}

// DisposeCall moves the goods of one step.
type DisposeCall struct {
	Key        string // case/dispose/sequence
	MerchantID string
	Goods      []schemas.Disposal
	At         time.Time // business time of the inspection
}
