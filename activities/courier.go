package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Courier books parcels with a carrier and asks where they are. An order without an answer is simply sent again: the carrier
// knows its key, so sending it again is looking it up.
type Courier struct {
	carrier provider.Courier
	books   Waybills
}

// Waybills know whose parcel a number is: whether another customer's open case has it.
type Waybills interface {
	WaybillFree(ctx context.Context, q schemas.WaybillQuestion) (*schemas.Refusal, error)
}

// NewCourier takes a carrier, and the books in which parcels are somebody's.
func NewCourier(c provider.Courier, books Waybills) *Courier {
	return &Courier{carrier: c, books: books}
}

// Label books the way back to the merchant. It is safe to run twice: a key has one label and one waybill.
func (c *Courier) Label(ctx context.Context, order schemas.ParcelOrder) (schemas.Parcel, error) {
	return c.book(ctx, "book label ", order, c.carrier.Label)
}

// Register asks to be told the movements of the customer's own parcel. Where the order wants one that is free, the carrier is asked only
// once our database has said so: one parcel's delivery must not speak for two customers. It is safe to run twice: a key is one
// registration.
func (c *Courier) Register(ctx context.Context, order schemas.ParcelOrder) (schemas.Registered, error) {
	if order.OnlyFree {
		refusal, err := c.books.WaybillFree(ctx, schemas.WaybillQuestion{CaseID: order.CaseID, MerchantID: order.MerchantID, CustomerID: order.CustomerID, Waybill: order.Waybill})
		switch {
		case err != nil:
			return schemas.Registered{}, oursFailed("look for parcel "+order.Waybill, err)
		case refusal != nil:
			return schemas.Registered{Refusal: refusal}, nil
		}
	}
	parcel, err := c.book(ctx, "register parcel ", order, c.carrier.Register)
	return schemas.Registered{Parcel: parcel}, err
}

// SendBack books the way to the customer. It is safe to run twice: a key has one label and one waybill.
func (c *Courier) SendBack(ctx context.Context, order schemas.ParcelOrder) (schemas.Parcel, error) {
	return c.book(ctx, "book the way back ", order, c.carrier.SendBack)
}

// Trace asks where a parcel is. It changes nothing, so it may run as often as it likes.
func (c *Courier) Trace(ctx context.Context, order schemas.TraceOrder) (schemas.TraceAnswer, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	answer, err := c.carrier.Trace(ctx, provider.TraceCall{MerchantID: order.MerchantID, Carrier: order.Carrier, Waybill: order.Waybill, At: order.At})
	if err != nil {
		return schemas.TraceAnswer{}, outsideFailed("trace parcel "+order.Waybill, err)
	}
	return answer, nil
}

func (c *Courier) book(ctx context.Context, doing string, order schemas.ParcelOrder,
	call func(context.Context, provider.ParcelCall) (provider.Shipment, error),
) (schemas.Parcel, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	shipment, err := call(ctx, provider.ParcelCall{
		Key: order.Key, MerchantID: order.MerchantID, OrderID: order.OrderID,
		CustomerID: order.CustomerID, Direction: order.Direction, Carrier: order.Carrier, Waybill: order.Waybill,
		Avoid: order.Avoid, Lines: order.Lines, PaidBy: order.PaidBy, At: order.At,
	})
	if err != nil {
		return schemas.Parcel{}, outsideFailed(doing+order.Key, err)
	}
	return schemas.Parcel{
		Waybill: shipment.Waybill, Carrier: shipment.Carrier, Direction: order.Direction, Lines: order.Lines,
		Label: shipment.Label, PaidBy: order.PaidBy, Status: shipment.Status,
		PickupAt: shipment.PickupAt, ScannedAt: shipment.ScannedAt, DeliveredAt: shipment.DeliveredAt, MovedAt: shipment.MovedAt,
	}, nil
}
