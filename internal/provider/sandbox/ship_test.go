package sandbox_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

func keep(t *testing.T, w *sandbox.World, key string, quantity int) provider.Reservation {
	t.Helper()
	answer, err := w.Stock().Reserve(t.Context(), provider.ReserveCall{Key: key, MerchantID: "m", SKU: "sku-1", Quantity: quantity, Wait: true, At: noon})
	require.NoError(t, err)
	return answer
}

// ship orders one piece for each key, on a line of its own.
func ship(t *testing.T, w *sandbox.World, id string, keys ...string) provider.ShipAnswer {
	t.Helper()
	call := provider.ShipCall{ShipmentID: id, MerchantID: "m", OrderID: "o-1", CustomerID: "c-1", At: noon}
	for i, key := range keys {
		call.Goods = append(call.Goods, schemas.ShipLine{LineID: string(rune('1' + i)), SKU: "sku-1", Quantity: 1, StockKey: key})
	}
	answer, err := w.Stock().Ship(t.Context(), call)
	require.NoError(t, err)
	return answer
}

func level(t *testing.T, w *sandbox.World) int {
	t.Helper()
	n, err := w.Books().Level(t.Context(), "m", "sku-1")
	require.NoError(t, err)
	return n
}

func kept(t *testing.T, w *sandbox.World, key string) sandbox.Kept {
	t.Helper()
	for e, err := range w.Books().KeptGoods(t.Context(), "m") {
		require.NoError(t, err)
		if e.Key == key {
			return e.Status
		}
	}
	return ""
}

// shipped is what the warehouse's book says of a shipment.
func shipped(t *testing.T, w *sandbox.World, id string) (all []sandbox.ShippedEntry) {
	t.Helper()
	for e, err := range w.Books().Shipped(t.Context(), "m") {
		require.NoError(t, err)
		if e.ShipmentID == id {
			all = append(all, e)
		}
	}
	return all
}

func said(t *testing.T, w *sandbox.World, fact, id string, word any) error {
	t.Helper()
	body, err := json.Marshal(word)
	require.NoError(t, err)
	return w.Happened(t.Context(), fact, schemas.Report{Source: "warehouse", EventID: id, OccurredAt: noon, ReceivedAt: noon, Body: body})
}

func TestReplacementTravelsInAParcelOfTheCarriers(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	told := pump(t, w)
	keep(t, w, "m:r/stock/1", 1)
	keep(t, w, "m:r/stock/2", 1)
	require.False(t, ship(t, w, "m:r/ship/1", "m:r/stock/1", "m:r/stock/2").Refused)
	word, refusal := schemas.Decode[schemas.ShipmentWord](awaitFacts(t, told, 1)[0].Report.Body)
	require.Nil(t, refusal)
	for p, err := range w.Books().Parcels(t.Context(), "m") {
		require.NoError(t, err)
		require.Equal(t, "replacement", p.Operation)
		require.Equal(t, schemas.ToCustomer, p.Direction)
		require.Equal(t, word.Waybill, p.Waybill)
		require.Equal(t, "m:r/ship/1", p.Key)
	}
	answer, err := w.Courier().Trace(t.Context(), provider.TraceCall{MerchantID: "m", Carrier: word.Carrier, Waybill: word.Waybill, At: noon})
	require.NoError(t, err)
	require.True(t, answer.Known)
	require.Len(t, shipped(t, w, "m:r/ship/1"), 2)
}

func TestWarehouseDoesWithAShipmentWhatItWasTold(t *testing.T) {
	t.Parallel()
	t.Run("loses the goods", func(t *testing.T) {
		t.Parallel()
		w := shop(t, sandboxtest.New(t, quick))
		told := pump(t, w)
		keep(t, w, "m:r/stock/1", 1)
		tell(t, w, sandbox.SystemStock, sandbox.Sending, sandbox.Refuse, "stock_lost")
		ship(t, w, "m:r/ship/1", "m:r/stock/1")
		f := awaitFacts(t, told, 1)[0]
		require.Equal(t, schemas.StockLost.Name, f.Fact)
		require.Equal(t, sandbox.KeptLost, kept(t, w, "m:r/stock/1"))
		require.Equal(t, "lost", shipped(t, w, "m:r/ship/1")[0].Status)
		require.Equal(t, 6, level(t, w), "what is lost cannot be sold")
		require.True(t, ship(t, w, "m:r/ship/2", "m:r/stock/1").Refused)
	})
	t.Run("sends without a word", func(t *testing.T) {
		t.Parallel()
		w := shop(t, sandboxtest.New(t, quick))
		told := pump(t, w)
		keep(t, w, "m:r/stock/1", 1)
		tell(t, w, sandbox.SystemStock, sandbox.Sending, sandbox.Lose, "")
		ship(t, w, "m:r/ship/1", "m:r/stock/1")
		require.Eventually(t, func() bool { return shipped(t, w, "m:r/ship/1")[0].Status == "sent" }, 2*time.Minute, 5*time.Millisecond)
		require.Empty(t, told())
		again := ship(t, w, "m:r/ship/1", "m:r/stock/1")
		require.Equal(t, shipped(t, w, "m:r/ship/1")[0].Waybill, again.Waybill, "asked again under its number, it tells what became of it")
		require.NotEmpty(t, again.Carrier)
		require.False(t, again.Refused)
	})
	t.Run("says so twice with one id", func(t *testing.T) {
		t.Parallel()
		w := shop(t, sandboxtest.New(t, quick))
		told := pump(t, w)
		keep(t, w, "m:r/stock/1", 1)
		tell(t, w, sandbox.SystemStock, sandbox.Sending, sandbox.Twice, "")
		ship(t, w, "m:r/ship/1", "m:r/stock/1")
		all := awaitFacts(t, told, 2)
		require.Equal(t, all[0].Report.EventID, all[1].Report.EventID)
	})
	t.Run("waits until it is told to send", func(t *testing.T) {
		t.Parallel()
		w := shop(t, sandboxtest.New(t, quick))
		told := pump(t, w)
		keep(t, w, "m:r/stock/1", 1)
		tell(t, w, sandbox.SystemStock, sandbox.Sending, sandbox.Slow, "1h")
		ship(t, w, "m:r/ship/1", "m:r/stock/1")
		require.Eventually(t, func() bool {
			faults, err := w.Faults(t.Context())
			require.NoError(t, err)
			return len(faults) == 0
		}, 2*time.Minute, 5*time.Millisecond)
		require.Equal(t, "ordered", shipped(t, w, "m:r/ship/1")[0].Status)
		require.NoError(t, w.Stock().SendNow(t.Context(), "m", "m:r/ship/1"))
		require.Equal(t, schemas.ReplacementSent.Name, awaitFacts(t, told, 1)[0].Fact)
	})
	t.Run("has nothing to keep, and refuses a shipment", func(t *testing.T) {
		t.Parallel()
		w := shop(t, sandboxtest.New(t, quick))
		tell(t, w, sandbox.SystemStock, "reserve", sandbox.Refuse, "out_of_stock")
		answer, err := w.Stock().Reserve(t.Context(), provider.ReserveCall{Key: "m:r/stock/1", MerchantID: "m", SKU: "sku-1", Quantity: 1, At: noon})
		require.NoError(t, err)
		soon := noon.AddDate(0, 0, 7)
		require.Equal(t, provider.Reservation{ExpectedAt: &soon}, answer)
		require.True(t, keep(t, w, "m:r/stock/1", 1).Held)
		tell(t, w, sandbox.SystemStock, "ship", sandbox.Refuse, "not_kept")
		require.Equal(t, provider.ShipAnswer{Refused: true, Code: schemas.CodeNotKept}, ship(t, w, "m:r/ship/1", "m:r/stock/1"))
		require.False(t, ship(t, w, "m:r/ship/1", "m:r/stock/1").Refused, "and takes it when it is asked again")
	})
}

func TestWarehouseBooksWhatPeopleSayOfIt(t *testing.T) {
	t.Parallel()
	// An hour's delay: nothing leaves by itself here.
	w := shop(t, sandboxtest.New(t, sandbox.WithSettleDelay(time.Hour)))
	keep(t, w, "m:r/stock/1", 1)
	keep(t, w, "m:r/stock/2", 6)
	keep(t, w, "m:r/stock/3", 2)
	require.Equal(t, sandbox.KeptWaiting, kept(t, w, "m:r/stock/3"))
	for range 2 {
		require.NoError(t, said(t, w, schemas.StockReserved.Name, "1", schemas.StockWord{Key: "m:r/stock/3"}))
	}
	require.Equal(t, sandbox.KeptHeld, kept(t, w, "m:r/stock/3"))
	require.Zero(t, level(t, w), "two have come in, and both are kept")

	ship(t, w, "m:r/ship/1", "m:r/stock/1")
	for range 2 {
		require.NoError(t, said(t, w, schemas.ReplacementSent.Name, "2", schemas.ShipmentWord{ShipmentID: "m:r/ship/1", Waybill: "SF-1", Carrier: "sf"}))
	}
	sent := shipped(t, w, "m:r/ship/1")[0]
	require.Equal(t, [3]string{"sent", "sf", "SF-1"}, [3]string{sent.Status, sent.Carrier, sent.Waybill})

	for range 2 {
		require.NoError(t, said(t, w, schemas.StockLost.Name, "3", schemas.StockWord{Key: "m:r/stock/2"}))
	}
	require.Equal(t, sandbox.KeptLost, kept(t, w, "m:r/stock/2"))
	require.Zero(t, level(t, w))

	var refusal *schemas.Refusal
	for name, err := range map[string]error{
		"lost after it was sent":    said(t, w, schemas.StockLost.Name, "4", schemas.StockWord{Key: "m:r/stock/1"}),
		"reserved after the loss":   said(t, w, schemas.StockReserved.Name, "5", schemas.StockWord{Key: "m:r/stock/2"}),
		"a key of nobody":           said(t, w, schemas.StockLost.Name, "6", schemas.StockWord{Key: "m:none/stock/1"}),
		"a shipment of nobody":      said(t, w, schemas.ReplacementSent.Name, "7", schemas.ShipmentWord{ShipmentID: "m:none/ship/1", Waybill: "W"}),
		"sent again, in other mail": said(t, w, schemas.ReplacementSent.Name, "8", schemas.ShipmentWord{ShipmentID: "m:r/ship/1", Waybill: "SF-2"}),
		"no waybill":                said(t, w, schemas.ReplacementSent.Name, "9", schemas.ShipmentWord{ShipmentID: "m:r/ship/1"}),
	} {
		require.ErrorAs(t, err, &refusal, name)
	}
}

func TestWhatIsFoundOfAShipmentIsSent(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, sandbox.WithSettleDelay(time.Hour)))
	keep(t, w, "m:r/stock/1", 1)
	keep(t, w, "m:r/stock/2", 1)
	ship(t, w, "m:r/ship/1", "m:r/stock/1", "m:r/stock/2")
	require.NoError(t, said(t, w, schemas.StockLost.Name, "1", schemas.StockWord{Key: "m:r/stock/2"}))
	require.NoError(t, said(t, w, schemas.ReplacementSent.Name, "2", schemas.ShipmentWord{ShipmentID: "m:r/ship/1", Waybill: "SF-1"}))
	all := shipped(t, w, "m:r/ship/1")
	require.Equal(t, []bool{false, true}, []bool{all[0].Lost, all[1].Lost})
	require.Equal(t, "sent", all[0].Status)
}

func TestGoodsGivenAwayAreToldAsLost(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	told := pump(t, w)
	_, err := w.Stock().Reserve(t.Context(), provider.ReserveCall{Key: "m:r/stock/1", MerchantID: "m", SKU: "sku-1", Quantity: 7, Until: noon, At: noon})
	require.NoError(t, err)
	_, err = w.Stock().Reserve(t.Context(), provider.ReserveCall{Key: "m:q/stock/1", MerchantID: "m", SKU: "sku-1", Quantity: 1, At: noon.Add(time.Hour)})
	require.NoError(t, err)
	f := awaitFacts(t, told, 1)[0]
	require.Equal(t, schemas.StockLost.Name, f.Fact)
	require.Equal(t, "stock", f.Report.Source)
	require.True(t, schemas.ValidID(f.Report.EventID), f.Report.EventID)
	require.Equal(t, sandbox.KeptGivenAway, kept(t, w, "m:r/stock/1"))
}

// A fact can be lost for good; whoever asks by the shipment's own number hears of it all the same.
func TestAShipmentWhoseWordWasLostIsFoundByItsNumber(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	told := pump(t, w)
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemStock, sandbox.Sending, sandbox.Lose, 1, "", ""))
	require.True(t, keep(t, w, "m:r/stock/1", 1).Held)
	require.Equal(t, provider.ShipAnswer{}, ship(t, w, "m:r/ship/1", "m:r/stock/1"))
	require.Eventually(t, func() bool { return shipped(t, w, "m:r/ship/1")[0].Status == "sent" }, 2*time.Minute, 5*time.Millisecond)
	require.Empty(t, told())
	sent := shipped(t, w, "m:r/ship/1")[0]
	require.Equal(t, provider.ShipAnswer{Waybill: sent.Waybill, Carrier: sent.Carrier}, ship(t, w, "m:r/ship/1", "m:r/stock/1"))
	require.Len(t, shipped(t, w, "m:r/ship/1"), 1)
}
