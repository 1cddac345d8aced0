package app

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/activities"
	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

var noon = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

func usd(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

// house is our books and the outside's, with one delivered order.
func house(t *testing.T) (*store.Store, *sandbox.World) {
	t.Helper()
	s, w := storetest.New(t), sandboxtest.New(t, sandbox.WithSettleDelay(10*time.Millisecond))
	delivered, balance := noon.AddDate(0, 0, -3), usd(900)
	order := schemas.ShopOrder{
		OrderID: "O1", MerchantID: "shop", CustomerID: "c-1", Currency: "USD", Status: schemas.OrderDelivered,
		PlacedAt: noon.AddDate(0, 0, -7), DeliveredAt: &delivered,
		Lines:    []schemas.ShopLine{{LineID: "1", SKU: "MUG", ProductID: "P1", Quantity: 1, UnitPrice: usd(1000)}},
		Payments: []schemas.ShopPayment{{PaymentID: "P1", PaymentMethodID: "card_1", Captured: usd(1000)}},
	}
	customer := schemas.ShopCustomer{MerchantID: "shop", CustomerID: "c-1", Locale: "en", PaymentMethods: []schemas.PaymentMethod{
		{PaymentMethodID: "card_1", Kind: "credit_card"}, {PaymentMethodID: "gift_1", Kind: "gift_card", Balance: &balance},
	}}
	article := schemas.ShopArticle{MerchantID: "shop", SKU: "MUG-RED", ProductID: "P1", Name: "Mug", Price: usd(1300), InStock: 1}
	require.NoError(t, s.PutOrder(t.Context(), order))
	require.NoError(t, s.PutCustomer(t.Context(), customer))
	require.NoError(t, s.PutArticle(t.Context(), article))
	require.NoError(t, w.Load().Order(t.Context(), order))
	require.NoError(t, w.Load().Customer(t.Context(), customer))
	require.NoError(t, w.Load().Article(t.Context(), article))
	return s, w
}

// insist repeats a call as Temporal would.
func insist[In, Out any](t *testing.T, call func(context.Context, In) (Out, error), in In) (out Out) {
	t.Helper()
	for range 3 {
		var err error
		if out, err = call(t.Context(), in); err == nil {
			return out
		}
	}
	require.Fail(t, "not even the third attempt was answered")
	return out
}

// TestBothBooksAgreeOnAnExchangeAndOnPayingItBack has every first answer lost, and every effect happens once.
func TestBothBooksAgreeOnAnExchangeAndOnPayingItBack(t *testing.T) {
	t.Parallel()
	s, w := house(t)
	for system, operations := range map[sandbox.System][]string{
		sandbox.SystemPayments: {"charge", "hold", "release", "capture", "refund"},
		sandbox.SystemStock:    {"reserve", "ship", "release"},
	} {
		for _, operation := range operations {
			require.NoError(t, w.Tell(t.Context(), system, operation, sandbox.Lose, 1, "", ""))
		}
	}
	charges, stock := activities.NewCharges(w.Charges(), ledger{s}), activities.NewStock(w.Stock(), activities.NewClaims(s))
	money := func(n string, kind schemas.ChargeKind, minor int64) schemas.ChargeOrder {
		return schemas.ChargeOrder{
			CaseID: "shop:R1", MerchantID: "shop", OrderID: "O1", CustomerID: "c-1", At: noon,
			Charge: schemas.Charge{ChargeID: "shop:R1/charge/" + n, Kind: kind, Method: "gift_1", Amount: usd(minor), Lines: []string{"1"}},
		}
	}
	question := func(n string) schemas.ChargeQuestion {
		return schemas.ChargeQuestion{CaseID: "shop:R1", MerchantID: "shop", OrderID: "O1", ChargeID: "shop:R1/charge/" + n, At: noon}
	}
	require.True(t, insist(t, stock.Reserve, schemas.StockOrder{Key: "shop:R1/stock/1", CaseID: "shop:R1", MerchantID: "shop", SKU: "MUG-RED", Quantity: 1, At: noon}).Held)
	require.Equal(t, schemas.ChargeHeld, insist(t, charges.Hold, money("1", schemas.ChargeDeposit, 500)).Status)
	require.Equal(t, schemas.ChargeReleased, insist(t, charges.Release, question("1")).Status)
	require.Equal(t, schemas.ChargeHeld, insist(t, charges.Hold, money("2", schemas.ChargeDeposit, 200)).Status)
	require.Equal(t, schemas.ChargeCaptured, insist(t, charges.Capture, question("2")).Status)
	insist(t, charges.Request, money("3", schemas.ChargeDifference, 300))
	require.Eventually(t, func() bool { return insist(t, charges.Lookup, question("3")).Status == schemas.ChargeSucceeded }, 2*time.Minute, 5*time.Millisecond)
	broke := insist(t, charges.Request, money("4", schemas.ChargeDifference, 500))
	require.Equal(t, schemas.CodeBalance, broke.Code, "400 are left on the card")
	balance, err := w.Books().Balance(t.Context(), "shop", "gift_1")
	require.NoError(t, err)
	require.Equal(t, usd(400), balance)
	goods := []schemas.ShipLine{{LineID: "1", SKU: "MUG-RED", Quantity: 1, StockKey: "shop:R1/stock/1"}}
	require.False(t, insist(t, stock.Ship, schemas.ShipOrder{
		ShipmentID: "shop:R1/ship/1", CaseID: "shop:R1", MerchantID: "shop", OrderID: "O1", CustomerID: "c-1", Goods: goods, At: noon,
	}).Refused)

	// The whole of it is paid back: the article to what paid it, the difference and the taken deposit out of themselves.
	payments := activities.NewPayments(w.Payments(), ledger{s})
	for i, back := range []schemas.Refund{
		{PaymentID: "P1", Method: "card_1", Amount: usd(1000)},
		{PaymentID: "shop:R1/charge/3", Method: "gift_1", Amount: usd(300)},
		{PaymentID: "shop:R1/charge/2", Method: "gift_1", Amount: usd(200)},
	} {
		back.RefundID = "shop:R1/refund/" + string(rune('1'+i))
		back.Shares = []schemas.Share{{LineID: "1", Amount: back.Amount}}
		insist(t, payments.Request, schemas.RefundOrder{CaseID: "shop:R1", MerchantID: "shop", OrderID: "O1", CustomerID: "c-1", Refund: back, At: noon})
		require.Eventually(t, func() bool {
			return insist(t, payments.Lookup, schemas.RefundQuestion{CaseID: "shop:R1", MerchantID: "shop", OrderID: "O1", RefundID: back.RefundID, At: noon}).Status == schemas.RefundSucceeded
		}, 2*time.Minute, 5*time.Millisecond)
	}

	// The case hears what the warehouse has sent, and ends.
	told := make(chan schemas.ShipmentWord, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		_ = w.Pump(ctx, func(_ context.Context, fact string, report schemas.Report) error {
			if word, refusal := schemas.Decode[schemas.ShipmentWord](report.Body); fact == schemas.ReplacementSent.Name && refusal == nil {
				told <- word
			}
			return nil
		})
	}()
	sent := <-told
	ended := noon
	_, err = s.WriteFlush(t.Context(), schemas.Flush{
		CaseID: "shop:R1", RunID: "run", RunStartedAt: noon, HistoryLength: 9, Events: []schemas.Event{{Revision: 1, At: noon}},
		Row: schemas.View{
			CaseID: "shop:R1", MerchantID: "shop", OrderID: "O1", CustomerID: "c-1", Kind: schemas.KindExchange, Stage: schemas.StageClosed,
			State: schemas.Closed, Outcome: schemas.Completed, Turn: schemas.TurnNobody, OpenedAt: noon, ClosedAt: &ended, Revision: 1,
			Lines: []schemas.Line{{LineID: "1", SKU: "MUG", Quantity: 1, Outcome: schemas.Completed, Replacement: &schemas.Replacement{
				SKU: "MUG-RED", StockKey: "shop:R1/stock/1", ShipmentID: sent.ShipmentID, Waybill: sent.Waybill,
			}}},
			Parcels: []schemas.Parcel{{Waybill: sent.Waybill, Carrier: sent.Carrier, Direction: schemas.ToCustomer, Status: schemas.ParcelMoving}},
		},
	})
	require.NoError(t, err)
	found, err := books.Compare(t.Context(), s, w.Books(), "shop")
	require.NoError(t, err)
	require.Zero(t, found.Differences, "%+v", found)
	require.Equal(t, [4]int{4, 1, 1, 3}, [4]int{len(found.Charges), len(found.Kept), len(found.Sent), len(found.Payments)})
	require.Equal(t, map[string]int64{"USD": 500}, found.Charged)
	route, err := s.RecordFact(t.Context(), schemas.ReplacementSent.Name, schemas.Report{
		Source: "stock", EventID: "1", OccurredAt: noon, ReceivedAt: noon, Body: []byte(`{"shipment_id":"shop:R1/ship/1","waybill":"W","carrier":"sf"}`),
	})
	require.NoError(t, err)
	require.Equal(t, "shop:R1", route.CaseID)
	level, err := w.Books().Level(t.Context(), "shop", "MUG-RED")
	require.NoError(t, err)
	require.Zero(t, level)
}
