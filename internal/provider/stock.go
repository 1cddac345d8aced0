package provider

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Stock is the warehouse's book of goods. What can be sold is what it had and what was restocked, less what was sent and what
// is kept for somebody.
type Stock interface {
	// Dispose books where inspected goods go: restock adds them to what can be sold, every other disposition to its own
	// place. Once per key, all goods of the call or none.
	// Errors: key_reused (never retry), and whatever Classify says of a call without an answer.
	Dispose(ctx context.Context, call DisposeCall) error

	// Reserve keeps goods for a case. Not having enough is an answer (Held false, with a date where one is known). The same
	// key with the same article and quantity is one reservation: kept goods stay kept, and a key that got nothing, or waits,
	// is judged anew. With Wait the next goods that come in are kept for it, in order of arrival, and the fact stock.reserved
	// tells of it. A key that was given back, used or lost is over: nothing is kept under it again.
	// Errors: key_reused (never retry), and whatever Classify says of a call without an answer.
	Reserve(ctx context.Context, call ReserveCall) (Reservation, error)

	// Release gives kept goods back, or ends a wait. It may be repeated. A key the warehouse has never heard of is not an
	// error, and is over from then on: an order to reserve that arrives late keeps nothing. What a shipment has used stays used.
	Release(ctx context.Context, call ReleaseCall) error

	// Ship orders kept goods to be sent, once per shipment id, and uses their reservations up: all of them or none. Where one
	// is not there the answer is Refused and nothing is sent; the same order may be given again. What becomes of it comes as a
	// fact: replacement.shipped, or stock.lost for goods that could not be found.
	// Errors: key_reused (never retry), and whatever Classify says of a call without an answer.
	Ship(ctx context.Context, call ShipCall) (ShipAnswer, error)
}

// DisposeCall moves the goods of one step.
type DisposeCall struct {
	Key        string // case/dispose/sequence
	MerchantID string
	Goods      []schemas.Disposal
	At         time.Time // business time of the inspection
}

// ReserveCall asks for goods of one article.
type ReserveCall struct {
	Key        string // case/stock/sequence
	MerchantID string
	SKU        string
	Quantity   int
	Wait       bool
	Until      time.Time // business time; after it the warehouse may give them to others. Zero: it may not
	At         time.Time
}

// Check refuses a call that no warehouse could take. Its error is never worth a retry.
func (c ReserveCall) Check() error {
	switch {
	case c.Key == "" || c.MerchantID == "" || c.SKU == "":
		return Never(schemas.CodeMissingField, "a reservation needs its key, its merchant and its article")
	case c.Quantity < 1:
		return Never(schemas.CodeBadQuantity, "a reservation is for one piece at least")
	}
	return nil
}

// Reservation is the warehouse's answer.
type Reservation struct {
	Held       bool
	ExpectedAt *time.Time // not held: when there should be some again, where that is known
}

// ReleaseCall gives one reservation back.
type ReleaseCall struct {
	Key        string
	MerchantID string
	At         time.Time
}

// ShipCall orders one shipment to the customer. Like a ParcelCall it carries ids only.
type ShipCall struct {
	ShipmentID string // case/ship/sequence
	MerchantID string
	OrderID    string
	CustomerID string
	Goods      []schemas.ShipLine
	At         time.Time
}

// Check refuses a call that no warehouse could take. Its error is never worth a retry.
func (c ShipCall) Check() error {
	if c.ShipmentID == "" || c.MerchantID == "" || len(c.Goods) == 0 {
		return Never(schemas.CodeMissingField, "a shipment needs its id, its merchant and goods")
	}
	seen := map[string]bool{}
	for _, g := range c.Goods {
		if g.StockKey == "" || g.SKU == "" || g.Quantity < 1 || seen[g.StockKey] {
			return Never(schemas.CodeBadValue, "goods to send need an article, a quantity above zero and a reservation of their own")
		}
		seen[g.StockKey] = true
	}
	return nil
}

// ShipAnswer is the warehouse's word on a shipment order.
type ShipAnswer struct {
	Refused bool
	Code    schemas.Code // refused: why
	// Waybill and Carrier are those of a shipment that has left: the same order given again tells what became of it.
	Waybill string
	Carrier string
}
