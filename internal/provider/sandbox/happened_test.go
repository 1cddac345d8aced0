package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

func registered(key, carrier, waybill string) provider.ParcelCall {
	return provider.ParcelCall{
		Key: key, MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", Direction: schemas.ToMerchant,
		Carrier: carrier, Waybill: waybill, Lines: []schemas.PickLine{{LineID: "1"}}, PaidBy: schemas.TurnCustomer, At: noon,
	}
}

func TestReportsInAnyOrderEndInTheSameBooks(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	facts := []string{schemas.ParcelScanned.Name, schemas.ParcelLoss.Name, schemas.ParcelDeliver.Name}
	orders := [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for i, orderOf := range orders {
		waybill := fmt.Sprintf("SF-%d", i)
		_, err := w.Courier().Register(t.Context(), registered(fmt.Sprintf("m:r/parcel/%d", i), "sf", waybill))
		require.NoError(t, err)
		for _, which := range append(orderOf, orderOf...) { // every report twice
			report := moved(fmt.Sprintf("%s-%d", waybill, which), schemas.ParcelWord{Waybill: waybill, Carrier: "sf"}, noon.Add(time.Duration(which)*time.Hour))
			require.NoError(t, w.Courier().Happened(t.Context(), facts[which], report))
		}
	}
	scanned, delivered := noon, noon.Add(2*time.Hour)
	parcels := 0
	for p, err := range w.Books().Parcels(t.Context(), "m") {
		require.NoError(t, err)
		parcels++
		require.Equal(t, schemas.ParcelDelivered, p.Status, p.Waybill)
		require.Equal(t, &scanned, p.ScannedAt, p.Waybill)
		require.Equal(t, &delivered, p.DeliveredAt, p.Waybill)
		require.Equal(t, &delivered, p.MovedAt, p.Waybill)
	}
	require.Equal(t, len(orders), parcels)
}

func TestParcelThatMovedBeforeItWasRegisteredIsKnown(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	require.NoError(t, w.Courier().Happened(t.Context(), schemas.ParcelScanned.Name, moved("1", schemas.ParcelWord{Waybill: "SF-1"}, noon)))
	shipment, err := w.Courier().Register(t.Context(), registered("m:r/parcel/1", "sf", "SF-1"))
	require.NoError(t, err)
	at := noon
	require.Equal(t, provider.Shipment{Carrier: "sf", Waybill: "SF-1", Status: schemas.ParcelMoving, ScannedAt: &at, MovedAt: &at}, shipment)

	// Two cases may come back in one parcel.
	again, err := w.Courier().Register(t.Context(), registered("m:other/parcel/1", "sf", "SF-1"))
	require.NoError(t, err)
	require.Equal(t, shipment, again)

	require.NoError(t, w.Courier().Happened(t.Context(), schemas.ParcelDeliver.Name, moved("2", schemas.ParcelWord{Waybill: "SF-1"}, noon.Add(time.Hour))))
	for _, carrier := range []string{"sf", ""} {
		answer, err := w.Courier().Trace(t.Context(), provider.TraceCall{MerchantID: "m", Carrier: carrier, Waybill: "SF-1", At: noon})
		require.NoError(t, err)
		require.Equal(t, schemas.ParcelDelivered, answer.Status)
	}
}

func TestFirstScanAndFirstDeliveryCount(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	first, last := noon, noon.Add(3*time.Hour)
	for i, at := range []time.Time{last, first} {
		for _, fact := range []string{schemas.ParcelScanned.Name, schemas.ParcelDeliver.Name} {
			require.NoError(t, w.Courier().Happened(t.Context(), fact, moved(fmt.Sprintf("%s-%d", fact, i), schemas.ParcelWord{Waybill: "SF-1", Carrier: "sf"}, at)))
		}
	}
	require.NoError(t, w.Courier().Happened(t.Context(), schemas.ParcelDeliver.Name, moved("once more", schemas.ParcelWord{Waybill: "SF-1", Carrier: "sf"}, last)))
	shipment, err := w.Courier().Register(t.Context(), registered("m:r/parcel/1", "sf", "SF-1"))
	require.NoError(t, err)
	require.Equal(t, provider.Shipment{Carrier: "sf", Waybill: "SF-1", Status: schemas.ParcelDelivered, ScannedAt: &first, DeliveredAt: &first, MovedAt: &last}, shipment)
}

func TestSameNumberOfTwoCarriersIsTwoParcels(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	for i, carrier := range []string{"sf", "ems"} {
		_, err := w.Courier().Register(t.Context(), registered(fmt.Sprintf("m:r/parcel/%d", i), carrier, "1"))
		require.NoError(t, err)
	}
	require.NoError(t, w.Courier().Happened(t.Context(), schemas.ParcelLoss.Name, moved("1", schemas.ParcelWord{Waybill: "1", Carrier: "ems"}, noon)))
	for carrier, want := range map[string]schemas.ParcelStatus{"sf": schemas.ParcelExpected, "ems": schemas.ParcelLost} {
		answer, err := w.Courier().Trace(t.Context(), provider.TraceCall{MerchantID: "m", Carrier: carrier, Waybill: "1", At: noon})
		require.NoError(t, err)
		require.Equal(t, want, answer.Status)
	}
	err := w.Courier().Happened(t.Context(), schemas.ParcelScanned.Name, moved("2", schemas.ParcelWord{Waybill: "1"}, noon))
	require.ErrorContains(t, err, "2 carriers")
}

func TestReportsTheCarrierCannotRead(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	courier := w.Courier()
	require.NoError(t, courier.Happened(t.Context(), schemas.RefundSuccess.Name, schemas.Report{}), "not the carrier's business")
	var refusal *schemas.Refusal
	require.ErrorAs(t, courier.Happened(t.Context(), schemas.ParcelScanned.Name, moved("1", schemas.ParcelWord{}, noon)), &refusal)
	require.Equal(t, "waybill", refusal.Field)
	require.ErrorAs(t, courier.Happened(t.Context(), schemas.ParcelScanned.Name, moved("", schemas.ParcelWord{Waybill: "1"}, noon)), &refusal)
	require.Equal(t, "event_id", refusal.Field)
	require.ErrorAs(t, courier.Happened(t.Context(), schemas.ParcelScanned.Name, schemas.Report{Source: "c", EventID: "1", Body: []byte(`{"way":"1"}`)}), &refusal)
	require.Equal(t, schemas.CodeUnknownField, refusal.Code)
}

func TestCarrierMayRefuseAParcel(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	tell(t, w, sandbox.SystemCourier, "label", sandbox.Refuse, string(provider.CodeUnserviceable))
	_, err := w.Courier().Label(t.Context(), registered("m:r/parcel/1", "", ""))
	requireClass(t, err, provider.NeverRetry)
	require.Equal(t, provider.CodeUnserviceable, provider.Classify(err).Code)
	shipment, err := w.Courier().Label(t.Context(), registered("m:r/parcel/1", "", ""))
	require.NoError(t, err)
	require.Equal(t, "sandbox", shipment.Carrier)
}
