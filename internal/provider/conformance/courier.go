package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// CourierBench is a carrier.
type CourierBench struct {
	Courier provider.Courier

	LoseAnswer func(t *testing.T, operation string)                // the next label, register or send_back is done and its answer lost
	Slow       func(t *testing.T, operation string)                // the next one takes much longer than two seconds
	Happened   func(t *testing.T, fact string, id, waybill string) // the carrier's parcel did something, at noon
}

func parcel(key string, direction schemas.Direction) provider.ParcelCall {
	return provider.ParcelCall{
		Key: key, MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", Direction: direction,
		Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}, PaidBy: schemas.TurnMerchant, At: noon,
	}
}

// Courier is the suite for a carrier.
func Courier(t *testing.T, factory func(t *testing.T) CourierBench) {
	type operation struct {
		name string
		call provider.ParcelCall
		do   func(CourierBench, context.Context, provider.ParcelCall) (provider.Shipment, error)
	}
	registered := parcel("m:r/parcel/1", schemas.ToMerchant)
	registered.Carrier, registered.Waybill = "sf", "SF-0001"
	for _, op := range []operation{
		{"label", parcel("m:r/parcel/1", schemas.ToMerchant), func(b CourierBench, ctx context.Context, c provider.ParcelCall) (provider.Shipment, error) {
			return b.Courier.Label(ctx, c)
		}},
		{"register", registered, func(b CourierBench, ctx context.Context, c provider.ParcelCall) (provider.Shipment, error) {
			return b.Courier.Register(ctx, c)
		}},
		{"send_back", parcel("m:r/parcel/1", schemas.ToCustomer), func(b CourierBench, ctx context.Context, c provider.ParcelCall) (provider.Shipment, error) {
			return b.Courier.SendBack(ctx, c)
		}},
	} {
		t.Run(op.name+" is done once a key", func(t *testing.T) {
			t.Parallel()
			b := factory(t)
			first, err := op.do(b, t.Context(), op.call)
			require.NoError(t, err)
			require.NotEmpty(t, first.Waybill)
			require.NotEmpty(t, first.Carrier)
			require.Equal(t, schemas.ParcelExpected, first.Status)
			again, err := op.do(b, t.Context(), op.call)
			require.NoError(t, err)
			require.Equal(t, first, again)

			other := op.call
			other.OrderID = "o-2"
			_, err = op.do(b, t.Context(), other)
			requireClass(t, err, provider.NeverRetry, provider.CodeKeyReused)
		})
		t.Run(op.name+" whose answer was lost gives it again", func(t *testing.T) {
			t.Parallel()
			b := factory(t)
			if b.LoseAnswer == nil {
				return
			}
			b.LoseAnswer(t, op.name)
			_, err := op.do(b, t.Context(), op.call)
			requireClass(t, err, provider.Unknown, "")
			again, err := op.do(b, t.Context(), op.call)
			require.NoError(t, err)
			answer, err := b.Courier.Trace(t.Context(), provider.TraceCall{MerchantID: "m", Carrier: again.Carrier, Waybill: again.Waybill, At: noon})
			require.NoError(t, err)
			require.True(t, answer.Known)
		})
		t.Run(op.name+" that is slow is of unknown outcome", func(t *testing.T) {
			t.Parallel()
			b := factory(t)
			if b.Slow == nil {
				return
			}
			b.Slow(t, op.name)
			requireOutOfPatience(t, func(ctx context.Context) error {
				_, err := op.do(b, ctx, op.call)
				return err
			})
			_, err := op.do(b, t.Context(), op.call)
			require.NoError(t, err)
		})
	}

	t.Run("two keys have two waybills", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		one, err := b.Courier.Label(t.Context(), parcel("m:r/parcel/1", schemas.ToMerchant))
		require.NoError(t, err)
		two, err := b.Courier.Label(t.Context(), parcel("m:r/parcel/2", schemas.ToMerchant))
		require.NoError(t, err)
		require.NotEqual(t, one.Waybill, two.Waybill)
		require.NotEmpty(t, one.Label)
	})
	t.Run("an unknown number is an answer", func(t *testing.T) {
		t.Parallel()
		answer, err := factory(t).Courier.Trace(t.Context(), provider.TraceCall{MerchantID: "m", Carrier: "sf", Waybill: "nobodys", At: noon})
		require.NoError(t, err)
		require.False(t, answer.Known)
	})
	t.Run("a trace says what happened, and never goes back", func(t *testing.T) {
		t.Parallel()
		b := factory(t)
		if b.Happened == nil {
			return
		}
		shipment, err := b.Courier.Register(t.Context(), registered)
		require.NoError(t, err)
		status := func() schemas.ParcelStatus {
			answer, err := b.Courier.Trace(t.Context(), provider.TraceCall{MerchantID: "m", Carrier: shipment.Carrier, Waybill: shipment.Waybill, At: noon})
			require.NoError(t, err)
			require.True(t, answer.Known)
			return answer.Status
		}
		require.Equal(t, schemas.ParcelExpected, status())
		b.Happened(t, schemas.ParcelScanned.Name, "1", shipment.Waybill)
		require.Equal(t, schemas.ParcelMoving, status())
		b.Happened(t, schemas.ParcelDeliver.Name, "2", shipment.Waybill)
		b.Happened(t, schemas.ParcelScanned.Name, "3", shipment.Waybill)
		b.Happened(t, schemas.ParcelLoss.Name, "4", shipment.Waybill)
		require.Equal(t, schemas.ParcelDelivered, status())
	})
}
