package activities

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// fakeCourier answers what it is told to, and remembers what it was asked.
type fakeCourier struct {
	operation string
	call      provider.ParcelCall
	traced    provider.TraceCall
	shipment  provider.Shipment
	trace     schemas.TraceAnswer
	err       error
}

func (c *fakeCourier) ship(operation string, call provider.ParcelCall) (provider.Shipment, error) {
	c.operation, c.call = operation, call
	return c.shipment, c.err
}

func (c *fakeCourier) Label(_ context.Context, call provider.ParcelCall) (provider.Shipment, error) {
	return c.ship("label", call)
}

func (c *fakeCourier) Register(_ context.Context, call provider.ParcelCall) (provider.Shipment, error) {
	return c.ship("register", call)
}

func (c *fakeCourier) SendBack(_ context.Context, call provider.ParcelCall) (provider.Shipment, error) {
	return c.ship("send_back", call)
}

func (c *fakeCourier) Trace(_ context.Context, call provider.TraceCall) (schemas.TraceAnswer, error) {
	c.traced = call
	return c.trace, c.err
}

func TestParcelIsBookedWithEverythingTheCarrierKnows(t *testing.T) {
	t.Parallel()
	scanned := noon.Add(-time.Hour)
	order := schemas.ParcelOrder{
		Key: "m:r/parcel/1", CaseID: "m:r", MerchantID: "m", OrderID: "o-1", CustomerID: "c-1",
		Direction: schemas.ToMerchant, Carrier: "sf", Waybill: "SF-1", Lines: []schemas.PickLine{{LineID: "1", Quantity: 2}},
		PaidBy: schemas.TurnCustomer, At: noon,
	}
	for operation, book := range map[string]func(*Courier) func(context.Context, schemas.ParcelOrder) (schemas.Parcel, error){
		"label": func(c *Courier) func(context.Context, schemas.ParcelOrder) (schemas.Parcel, error) { return c.Label },
		"register": func(c *Courier) func(context.Context, schemas.ParcelOrder) (schemas.Parcel, error) {
			return func(ctx context.Context, o schemas.ParcelOrder) (schemas.Parcel, error) {
				told, err := c.Register(ctx, o)
				return told.Parcel, err
			}
		},
		"send_back": func(c *Courier) func(context.Context, schemas.ParcelOrder) (schemas.Parcel, error) { return c.SendBack },
	} {
		fake := &fakeCourier{shipment: provider.Shipment{Carrier: "sf", Waybill: "SF-1", Label: "L-1", Status: schemas.ParcelMoving, ScannedAt: &scanned, MovedAt: &scanned}}
		parcel, err := book(NewCourier(fake, nil))(context.Background(), order)
		require.NoError(t, err)
		require.Equal(t, operation, fake.operation)
		require.Equal(t, provider.ParcelCall{
			Key: order.Key, MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", Direction: schemas.ToMerchant,
			Carrier: "sf", Waybill: "SF-1", Lines: order.Lines, PaidBy: schemas.TurnCustomer, At: noon,
		}, fake.call)
		require.Equal(t, schemas.Parcel{
			Waybill: "SF-1", Carrier: "sf", Direction: schemas.ToMerchant, Lines: order.Lines, Label: "L-1",
			PaidBy: schemas.TurnCustomer, Status: schemas.ParcelMoving, ScannedAt: &scanned, MovedAt: &scanned,
		}, parcel)
	}
}

func TestCarrierThatDoesNotTakeAParcelStopsTheStep(t *testing.T) {
	t.Parallel()
	fake := &fakeCourier{err: provider.Never(provider.CodeUnserviceable, "no pick-up there")}
	_, err := NewCourier(fake, nil).Label(context.Background(), schemas.ParcelOrder{Key: "m:r/parcel/1"})
	requireApplicationError(t, err, provider.CodeUnserviceable, true)
}

func TestCarrierWithoutAnAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	fake := &fakeCourier{err: context.DeadlineExceeded}
	_, err := NewCourier(fake, nil).SendBack(context.Background(), schemas.ParcelOrder{Key: "m:r/parcel/1"})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	_, err = NewCourier(fake, nil).Trace(context.Background(), schemas.TraceOrder{Waybill: "SF-1"})
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
}

func TestTraceIsTheCarriersAnswer(t *testing.T) {
	t.Parallel()
	fake := &fakeCourier{trace: schemas.TraceAnswer{Status: schemas.ParcelLost, Known: true}}
	answer, err := NewCourier(fake, nil).Trace(context.Background(), schemas.TraceOrder{Key: "m:r/trace/1", MerchantID: "m", Carrier: "sf", Waybill: "SF-1", At: noon})
	require.NoError(t, err)
	require.Equal(t, fake.trace, answer)
	require.Equal(t, provider.TraceCall{MerchantID: "m", Carrier: "sf", Waybill: "SF-1", At: noon}, fake.traced)
}

// parcelsOf are the numbers that are other customers'.
type parcelsOf map[string]error

func (p parcelsOf) WaybillFree(_ context.Context, q schemas.WaybillQuestion) (*schemas.Refusal, error) {
	err, taken := p[q.Waybill]
	if !taken || err != nil {
		return nil, err
	}
	return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "waybill"}, nil
}

func TestCarrierIsNotAskedAboutAnotherCustomersParcel(t *testing.T) {
	t.Parallel()
	order := schemas.ParcelOrder{Key: "m:r/parcel/1", CaseID: "m:r", MerchantID: "m", CustomerID: "c-1", Waybill: "SF-1", OnlyFree: true}
	for name, told := range map[string]struct {
		books   parcelsOf
		every   bool
		refused bool
		asked   string
	}{
		"free":                     {books: parcelsOf{}, asked: "register"},
		"another customer's":       {books: parcelsOf{"SF-1": nil}, refused: true},
		"not asked whose it is":    {books: parcelsOf{"SF-1": nil}, every: true, asked: "register"},
		"another one is not meant": {books: parcelsOf{"SF-2": nil}, asked: "register"},
	} {
		fake := &fakeCourier{shipment: provider.Shipment{Waybill: "SF-1"}}
		order.OnlyFree = !told.every
		answer, err := NewCourier(fake, told.books).Register(context.Background(), order)
		require.NoError(t, err, name)
		require.Equal(t, told.refused, answer.Refusal != nil, name)
		require.Equal(t, told.asked, fake.operation, name)
	}
	order.OnlyFree = true
	fake := &fakeCourier{}
	_, err := NewCourier(fake, parcelsOf{"SF-1": context.DeadlineExceeded}).Register(context.Background(), order)
	require.Error(t, err, "while our database does not answer nobody knows whose it is, so it is asked again")
	require.Empty(t, fake.operation)
}
