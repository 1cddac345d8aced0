package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/conformance"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

// quick settles refunds soon enough for tests and late enough to see them accepted first.
var quick = sandbox.WithSettleDelay(20 * time.Millisecond)

var noon = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

func usd(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

// order is one delivered order of merchant m, paid by card with 100 dollars, by a customer who has a gift card as well.
func order(id string) schemas.ShopOrder {
	delivered := noon.Add(-48 * time.Hour)
	return schemas.ShopOrder{
		OrderID: id, MerchantID: "m", CustomerID: "c-1", Currency: "USD", Status: schemas.OrderDelivered,
		PlacedAt: noon.Add(-96 * time.Hour), DeliveredAt: &delivered,
		Lines:    []schemas.ShopLine{{LineID: "1", SKU: "sku-1", ProductID: "p-1", Name: "Lamp", Quantity: 2, UnitPrice: usd(5000)}},
		Payments: []schemas.ShopPayment{{PaymentID: id + "-P1", PaymentMethodID: "card-1", Captured: usd(10000)}},
		Refunds:  []schemas.ShopRefund{},
		Parcels:  []schemas.ShopParcel{{TrackingNumber: "T1", LineIDs: []string{"1"}}},
	}
}

// shop is a sandbox with that order, its customer and an article in stock.
func shop(t *testing.T, w *sandbox.World) *sandbox.World {
	t.Helper()
	balance := usd(500)
	require.NoError(t, w.Load().Order(t.Context(), order("o-1")))
	require.NoError(t, w.Load().Article(t.Context(), schemas.ShopArticle{SKU: "sku-1", ProductID: "p-1", Name: "Lamp", Price: usd(5000), InStock: 7}))
	require.NoError(t, w.Load().Customer(t.Context(), schemas.ShopCustomer{
		MerchantID: "m", CustomerID: "c-1", Locale: "en",
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "card-1", Kind: "credit_card"}, {PaymentMethodID: "gift-1", Kind: "gift_card", Balance: &balance}},
	}))
	return w
}

func tell(t *testing.T, w *sandbox.World, system sandbox.System, operation string, mode sandbox.Mode, param string) {
	t.Helper()
	require.NoError(t, w.Tell(t.Context(), system, operation, mode, 1, param, ""))
}

// settled returns once a refund is not accepted any more.
func settled(t *testing.T, w *sandbox.World, merchant, key string) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, _, err := w.Payments().Lookup(t.Context(), merchant, key)
		require.NoError(t, err)
		return answer.Status != schemas.RefundAccepted
	}, 2*time.Minute, 5*time.Millisecond)
}

// pump runs a pump until the test ends and returns what it delivered so far.
func pump(t *testing.T, w *sandbox.World) func() []conformance.Told {
	t.Helper()
	var mu sync.Mutex
	var told []conformance.Told
	runPump(t, w, func(_ context.Context, fact string, report schemas.Report) error {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, conformance.Told{Fact: fact, Report: report})
		return nil
	})
	return func() []conformance.Told {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(told)
	}
}

func runPump(t *testing.T, w *sandbox.World, deliver sandbox.Deliver) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Pump(ctx, deliver) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the pump ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func TestOrdersConform(t *testing.T) {
	t.Parallel()
	conformance.Orders(t, func(t *testing.T) conformance.OrdersBench {
		return conformance.OrdersBench{Orders: shop(t, sandboxtest.New(t)).Orders(), Known: order("o-1")}
	})
}

func TestPaymentsConform(t *testing.T) {
	t.Parallel()
	conformance.Payments(t, func(t *testing.T) conformance.PaymentsBench {
		w := shop(t, sandboxtest.New(t, quick))
		return conformance.PaymentsBench{
			Payments: w.Payments(),
			Paid: conformance.Paid{
				MerchantID: "m", OrderID: "o-1", PaymentID: "o-1-P1", Method: "card-1", GiftCard: "gift-1",
				Captured: usd(10000),
			},
			Await:      func(t *testing.T, merchant, key string) { settled(t, w, merchant, key) },
			LoseAnswer: func(t *testing.T) { tell(t, w, sandbox.SystemPayments, "refund", sandbox.Lose, "") },
			Slow:       func(t *testing.T) { tell(t, w, sandbox.SystemPayments, "refund", sandbox.Slow, "1m") },
			Busy:       func(t *testing.T) { tell(t, w, sandbox.SystemPayments, "refund", sandbox.Fail, "") },
			Refuse: func(t *testing.T, code schemas.Code) {
				tell(t, w, sandbox.SystemPayments, "refund", sandbox.Refuse, string(code))
			},
			FailLater: func(t *testing.T, code schemas.Code) {
				tell(t, w, sandbox.SystemPayments, sandbox.Settling, sandbox.Refuse, string(code))
			},
			Facts: func(t *testing.T) func() []conformance.Told {
				tell(t, w, sandbox.SystemPayments, sandbox.Settling, sandbox.Twice, "")
				told := pump(t, w)
				return func() []conformance.Told {
					if all := told(); len(all) >= 2 { // told twice; nobody looks before
						return all
					}
					return nil
				}
			},
			Balance: func(t *testing.T) schemas.Money {
				m, err := w.Books().Balance(t.Context(), "m", "gift-1")
				require.NoError(t, err)
				return m
			},
		}
	})
}

func TestCourierConforms(t *testing.T) {
	t.Parallel()
	conformance.Courier(t, func(t *testing.T) conformance.CourierBench {
		w := sandboxtest.New(t)
		return conformance.CourierBench{
			Courier:    w.Courier(),
			LoseAnswer: func(t *testing.T, operation string) { tell(t, w, sandbox.SystemCourier, operation, sandbox.Lose, "") },
			Slow:       func(t *testing.T, operation string) { tell(t, w, sandbox.SystemCourier, operation, sandbox.Slow, "1m") },
			Happened: func(t *testing.T, fact, id, waybill string) {
				require.NoError(t, w.Courier().Happened(t.Context(), fact, moved(id, schemas.ParcelWord{Waybill: waybill}, noon)))
			},
		}
	})
}

// moved is a carrier's report.
func moved(id string, word schemas.ParcelWord, at time.Time) schemas.Report {
	body, err := json.Marshal(word)
	if err != nil {
		panic(fmt.Sprintf("a parcel word does not marshal: %v", err))
	}
	return schemas.Report{Source: "courier", EventID: id, OccurredAt: at, ReceivedAt: at, Body: body}
}

func TestStockConforms(t *testing.T) {
	t.Parallel()
	bench := func(t *testing.T) conformance.StockBench {
		w := shop(t, sandboxtest.New(t, quick))
		return conformance.StockBench{
			Stock: w.Stock(),
			Level: func(t *testing.T, sku string) int {
				level, err := w.Books().Level(t.Context(), "m", sku)
				require.NoError(t, err)
				return level
			},
			LoseAnswer: func(t *testing.T, operation string) { tell(t, w, sandbox.SystemStock, operation, sandbox.Lose, "") },
			Slow:       func(t *testing.T, operation string) { tell(t, w, sandbox.SystemStock, operation, sandbox.Slow, "1m") },
			Facts:      func(t *testing.T) func() []conformance.Told { return pump(t, w) },
		}
	}
	conformance.Stock(t, bench)
	conformance.KeptStock(t, bench)
}

func TestChargesConform(t *testing.T) {
	t.Parallel()
	conformance.Charges(t, func(t *testing.T) conformance.ChargesBench {
		w := shop(t, sandboxtest.New(t, quick))
		payments := func(operation string, mode sandbox.Mode) func(*testing.T, schemas.Code) {
			return func(t *testing.T, code schemas.Code) {
				tell(t, w, sandbox.SystemPayments, operation, mode, string(code))
			}
		}
		return conformance.ChargesBench{
			Charges: w.Charges(), Payments: w.Payments(),
			Paid: conformance.Paid{
				MerchantID: "m", OrderID: "o-1", PaymentID: "o-1-P1", Method: "card-1", GiftCard: "gift-1", Captured: usd(10000),
			},
			Balance: func(t *testing.T) schemas.Money {
				m, err := w.Books().Balance(t.Context(), "m", "gift-1")
				require.NoError(t, err)
				return m
			},
			Await: func(t *testing.T, merchant, key string) {
				require.Eventually(t, func() bool {
					answer, _, err := w.Charges().LookupCharge(t.Context(), merchant, key)
					require.NoError(t, err)
					return answer.Status != schemas.ChargeAccepted
				}, 2*time.Minute, 5*time.Millisecond)
			},
			Lose: func(t *testing.T, operation string) { tell(t, w, sandbox.SystemPayments, operation, sandbox.Lose, "") },
			Slow: func(t *testing.T, operation string) {
				tell(t, w, sandbox.SystemPayments, operation, sandbox.Slow, "1m")
			},
			Refuse: payments("charge", sandbox.Refuse),
			Fails:  payments(sandbox.Collecting, sandbox.Refuse),
			Late:   func(t *testing.T) { tell(t, w, sandbox.SystemPayments, sandbox.Collecting, sandbox.Slow, "1h") },
			Void:   func(t *testing.T) { tell(t, w, sandbox.SystemPayments, "hold", sandbox.Reverse, "10ms") },
			Facts:  func(t *testing.T) func() []conformance.Told { return pump(t, w) },
		}
	})
}

func TestDisputesConform(t *testing.T) {
	t.Parallel()
	conformance.Disputes(t, func(t *testing.T) conformance.DisputesBench {
		w := shop(t, sandboxtest.New(t, quick))
		back := sandbox.Chargeback{
			MerchantID: "m", DisputeID: "dp-1", PaymentID: "o-1-P1", Amount: usd(4000), Reason: "not_received", At: noon.Add(-time.Hour), DueAt: noon.AddDate(0, 0, 7),
		}
		for range 2 {
			require.NoError(t, w.OpenChargeback(t.Context(), back))
		}
		return conformance.DisputesBench{
			Disputes: w.Disputes(), MerchantID: "m", DisputeID: "dp-1", Amount: usd(4000),
			Decide: func(t *testing.T, status schemas.DisputeStatus) {
				require.NoError(t, w.EndChargeback(t.Context(), "m", "dp-1", status, noon.Add(time.Hour)))
			},
			Lose:  func(t *testing.T) { tell(t, w, sandbox.SystemPayments, sandbox.Answering, sandbox.Lose, "") },
			Facts: func(t *testing.T) func() []conformance.Told { return pump(t, w) },
		}
	})
}

func TestABankTakesNoPaymentBackThatThereIsNot(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	back := sandbox.Chargeback{MerchantID: "m", DisputeID: "dp-1", PaymentID: "none", Amount: usd(100), At: noon, DueAt: noon}
	require.ErrorContains(t, w.OpenChargeback(t.Context(), back), "no payment none")
	back.PaymentID, back.Amount.Currency = "o-1-P1", "EUR"
	require.ErrorContains(t, w.OpenChargeback(t.Context(), back), "was made in USD")
	require.ErrorContains(t, w.EndChargeback(t.Context(), "m", "dp-9", schemas.DisputeWon, noon), "no chargeback dp-9")
	require.ErrorContains(t, w.EndChargeback(t.Context(), "m", "dp-9", schemas.DisputeOpen, noon), "not \"open\"")
}

func TestNoticesConform(t *testing.T) {
	t.Parallel()
	conformance.Notices(t, func(t *testing.T) conformance.NoticesBench {
		w := sandboxtest.New(t)
		return conformance.NoticesBench{
			Notices: w.Notices(), Address: "one@example.com", Channel: "email",
			Delivered: func(t *testing.T, address string) (n int) {
				for m, err := range w.Books().Messages(t.Context(), "m") {
					require.NoError(t, err)
					if m.Address == address {
						n++
					}
				}
				return n
			},
			Waits: func(t *testing.T, address string) time.Time {
				for m, err := range w.Books().Messages(t.Context(), "m") {
					require.NoError(t, err)
					if m.Address == address && m.NotBefore != nil {
						return *m.NotBefore
					}
				}
				return time.Time{}
			},
			LoseAnswer: func(t *testing.T) { tell(t, w, sandbox.SystemNotices, "deliver", sandbox.Lose, "") },
			Slow:       func(t *testing.T) { tell(t, w, sandbox.SystemNotices, "deliver", sandbox.Slow, "1m") },
		}
	})
}
