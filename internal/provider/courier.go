package provider

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Courier is a carrier, or a house that books with many. What it says later (scanned, delivered, lost …) arrives as facts;
// Trace is for when it says nothing.
type Courier interface {
	// Label books the way back to the merchant and returns a waybill with a label for the customer. Once per key.
	// Errors: key_reused, unserviceable (never retry), and whatever Classify says of a call without an answer.
	Label(ctx context.Context, call ParcelCall) (Shipment, error)

	// Register asks to be told the movements of a parcel the customer sent on its own; call.Waybill is its number. Once
	// per key; several cases may register one parcel. The answer says what the carrier knows of it already.
	Register(ctx context.Context, call ParcelCall) (Shipment, error)

	// SendBack books the way to the customer. Once per key. Errors as Label's.
	SendBack(ctx context.Context, call ParcelCall) (Shipment, error)

	// Trace asks where a parcel is. A number the carrier does not know is an answer (Known false), not an error.
	Trace(ctx context.Context, call TraceCall) (schemas.TraceAnswer, error)
}

// ParcelCall books or registers one parcel. It carries ids only: an implementation that must print an address asks the
// shop's order for it.
type ParcelCall struct {
	Key        string // case/parcel/sequence
	MerchantID string
	OrderID    string
	CustomerID string
	Direction  schemas.Direction
	Carrier    string // empty where the merchant's usual carrier is meant
	Waybill    string // Register only
	// Avoid are carriers that did not come for this parcel before. Label prefers another one, and takes the usual one where there is none.
	Avoid  []string
	Lines  []schemas.PickLine
	PaidBy schemas.Turn // customer or merchant
	At     time.Time    // business time of the order
}

// Shipment is a parcel as the carrier has it in its books.
type Shipment struct {
	Carrier     string
	Waybill     string
	Label       string // id of the label; empty where the carrier made none
	Status      schemas.ParcelStatus
	PickupAt    *time.Time // the end of the slot in which the carrier fetches it; nil where the customer hands it over
	ScannedAt   *time.Time
	DeliveredAt *time.Time
	MovedAt     *time.Time
}

// TraceCall asks for one parcel.
type TraceCall struct {
	MerchantID string
	Carrier    string // may be empty
	Waybill    string
	At         time.Time
}
