package activities

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

// must does something and wants a status.
func (d till) must(t *testing.T, what string, want schemas.ChargeStatus) schemas.ChargeReceipt {
	t.Helper()
	receipt, err, died := d.do(what)
	require.NoError(t, err, what)
	require.False(t, died)
	require.Equal(t, want, receipt.Status, what)
	return receipt
}

func TestChargeIsWrittenMarkedOrderedAndRecorded(t *testing.T) {
	t.Parallel()
	d := newTill()
	require.Equal(t, schemas.ChargeReceipt{ChargeID: chargeID, Status: schemas.ChargeAccepted, Amount: usd(100)}, d.must(t, "request", schemas.ChargeAccepted))
	require.True(t, d.ledger.marked[chargeID])
	require.Empty(t, d.ledger.pays, "accepted is not paid")
	d.must(t, "request", schemas.ChargeAccepted)
	require.Equal(t, 1, d.provider.asks)
	d.provider.succeeds()
	d.must(t, "lookup", schemas.ChargeSucceeded)
	d.must(t, "request", schemas.ChargeSucceeded)
	require.Equal(t, map[string]int{chargeID: 1}, d.ledger.pays)
}

func TestChargeIsOrderedOnceWhereverTheWorkerDies(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]schemas.ChargeStatus{"request": schemas.ChargeAccepted, "hold": schemas.ChargeHeld} {
		for _, point := range []string{"before write", "after write", "before mark", "after mark", "before order", "after order", "before record", "after record"} {
			d := newTill()
			d.dies.at = point
			_, _, died := d.do(what)
			require.True(t, died, point)
			d.must(t, what, want)
			require.Equal(t, 1, d.provider.taken[chargeID], point)
		}
	}
}

func TestChargeWithLostAnswerIsLookedUpNotOrderedAgain(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]schemas.ChargeStatus{"request": schemas.ChargeAccepted, "hold": schemas.ChargeHeld} {
		d := newTill()
		d.provider.lose = true
		_, err, _ := d.do(what)
		requireApplicationError(t, err, schemas.CodeNoAnswer, false)
		d.provider.blind = context.DeadlineExceeded
		_, err, _ = d.do(what)
		requireApplicationError(t, err, schemas.CodeNoAnswer, false)
		require.Equal(t, 1, d.provider.asks, "nobody can say what became of it")
		d.provider.blind = nil
		d.must(t, what, want)
		require.Equal(t, 1, d.provider.asks)
	}
}

func TestDeclineIsAReceiptAndMayBeTriedAgainUnderItsNumber(t *testing.T) {
	t.Parallel()
	d := newTill()
	d.provider.refuse = schemas.CodeBalance
	require.Equal(t, schemas.CodeBalance, d.must(t, "request", schemas.ChargeFailed).Code)
	d.must(t, "lookup", schemas.ChargeFailed)
	d.must(t, "request", schemas.ChargeAccepted)
	require.Equal(t, 1, d.provider.taken[chargeID])
}

// Our database was away when the decline was looked up: the case believed the fact of it, and asks again.
func TestAChargeWhoseDeclineTheLedgerHasNotHeardOfIsAskedForAgain(t *testing.T) {
	t.Parallel()
	d := newTill()
	d.must(t, "request", schemas.ChargeAccepted)
	d.provider.answers[chargeID] = provider.ChargeAnswer{Status: schemas.ChargeFailed, Code: schemas.CodeBalance, Amount: usd(100)}
	require.Equal(t, schemas.ChargeAccepted, d.ledger.entries[chargeID].Charge.Status)
	d.must(t, "request", schemas.ChargeAccepted)
	require.Equal(t, 2, d.provider.asks, "the decline is written down first, or our own books would say already_done")
	require.Equal(t, schemas.ChargeAccepted, d.ledger.entries[chargeID].Charge.Status)
	d.provider.succeeds()
	d.must(t, "lookup", schemas.ChargeSucceeded)
	require.Equal(t, map[string]int{chargeID: 1}, d.ledger.pays)
}

func TestLastAttemptWithoutAnAnswerIsUnknownAndStaysSo(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"request", "hold"} {
		d := newTill()
		d.charges.last = func(context.Context, time.Time) bool { return true }
		d.provider.lose = true
		require.Equal(t, schemas.CodeNoAnswer, d.must(t, what, schemas.ChargeUnknown).Code)
		require.Equal(t, schemas.ChargeUnknown, d.ledger.entries[chargeID].Charge.Status)
		d.provider.blind = context.DeadlineExceeded
		d.must(t, "lookup", schemas.ChargeUnknown)
		d.provider.blind = nil
		d.must(t, "lookup", d.provider.answers[chargeID].Status)
		require.Equal(t, 1, d.provider.asks)
	}
	// What is known does not become unknown because nobody answers.
	d := newTill()
	d.must(t, "hold", schemas.ChargeHeld)
	d.charges.last = func(context.Context, time.Time) bool { return true }
	d.provider.lose = true
	d.must(t, "release", schemas.ChargeUnknown)
	require.Equal(t, schemas.ChargeHeld, d.ledger.entries[chargeID].Charge.Status)
	d.must(t, "release", schemas.ChargeReleased)
}

func TestChargeTheProviderNeverTookIsUnknownToIt(t *testing.T) {
	t.Parallel()
	d := newTill()
	d.provider.next = context.DeadlineExceeded
	_, err, _ := d.do("request")
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	require.Equal(t, schemas.CodeUnknownCharge, d.must(t, "lookup", schemas.ChargeUnknown).Code)
	d.must(t, "request", schemas.ChargeAccepted)
	require.Equal(t, 1, d.provider.taken[chargeID])
}

func TestChargeIsGivenUpOnceAndForAll(t *testing.T) {
	t.Parallel()
	d := newTill()
	d.must(t, "request", schemas.ChargeAccepted)
	d.provider.lose = true
	_, err, _ := d.do("lapse")
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	d.must(t, "lapse", schemas.ChargeLapsed)
	d.must(t, "request", schemas.ChargeLapsed)
	require.Equal(t, 1, d.provider.asks)

	faster := newTill()
	faster.must(t, "request", schemas.ChargeAccepted)
	faster.provider.succeeds()
	faster.must(t, "lapse", schemas.ChargeSucceeded)
	require.Equal(t, map[string]int{chargeID: 1}, faster.ledger.pays)

	neverTaken := newTill()
	neverTaken.provider.next = context.DeadlineExceeded
	_, _, _ = neverTaken.do("request")
	neverTaken.must(t, "lapse", schemas.ChargeLapsed)
	require.Equal(t, schemas.ChargeLapsed, neverTaken.provider.answers[chargeID].Status, "an order still on its way comes to nothing")
}

func TestDepositIsGivenBackOrTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, second string
		end           schemas.ChargeStatus
	}{{"release", "capture", schemas.ChargeReleased}, {"capture", "release", schemas.ChargeCaptured}} {
		for _, lost := range []bool{false, true} {
			d := newTill()
			d.must(t, "hold", schemas.ChargeHeld)
			if d.provider.lose = lost; lost {
				_, err, _ := d.do(c.first)
				requireApplicationError(t, err, schemas.CodeNoAnswer, false)
			} else {
				d.must(t, c.first, c.end)
			}
			d.must(t, c.second, c.end)
			d.must(t, c.first, c.end)
		}
	}
}

func TestActivitiesRefuseWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	d := newTill()
	_, err := d.charges.Request(t.Context(), owing(schemas.ChargeDeposit))
	requireApplicationError(t, err, schemas.ErrorTypeRefused, true)
	require.Equal(t, schemas.CodeUnknownCharge, d.must(t, "lookup", schemas.ChargeUnknown).Code, "it never reached our books, and may be ordered again")
	d.must(t, "request", schemas.ChargeAccepted)
	_, err, _ = d.do("capture")
	requireApplicationError(t, err, schemas.ErrorTypeRefused, true)

	differs := newTill()
	two := usd(2)
	differs.provider.amount = &two
	_, err, _ = differs.do("request")
	requireApplicationError(t, err, CodeAmountDiffers, true)

	refused := newTill()
	refused.ledger.refuse = &schemas.Refusal{Code: schemas.CodeOtherCurrency, Message: "no."}
	_, err, _ = refused.do("request")
	requireApplicationError(t, err, schemas.ErrorTypeRefused, true)
	require.Zero(t, refused.provider.asks)
	away := newTill()
	away.ledger.away = true
	_, err, _ = away.do("hold")
	requireApplicationError(t, err, schemas.CodeUnavailable, false)
	reused := newTill()
	reused.provider.next = provider.Never(provider.CodeKeyReused, "used before")
	_, err, _ = reused.do("request")
	requireApplicationError(t, err, provider.CodeKeyReused, true)
}

// TestMoneyIsTakenOnceWhateverHappens kills the worker, loses answers, puts off, declines, blinds, settles, gives up and gives
// back in any order, runs the activities again each time as Temporal would, and compares both books at the end. The provider
// would take the money again if it were asked again.
func TestMoneyIsTakenOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	points := []string{
		"", "", "before write", "after write", "before mark", "after mark", "before lookup", "before order",
		"after order", "before record", "after record",
	}
	for begin, activities := range map[string][]string{"request": {"request", "request", "lookup", "lapse"}, "hold": {"hold", "hold", "lookup", "release", "capture"}} {
		rapid.Check(t, func(t *rapid.T) {
			d := newTill()
			wasReleased, wasCaptured := false, false
			for range rapid.IntRange(1, 15).Draw(t, "attempts") {
				d.dies.at = rapid.SampledFrom(points).Draw(t, "dies")
				d.provider.lose = rapid.Bool().Draw(t, "loses the answer")
				d.provider.next = rapid.SampledFrom([]error{
					nil, nil, nil, context.DeadlineExceeded, &provider.Error{Class: provider.RetryLater, Code: provider.CodeBusy},
				}).Draw(t, "does not take it")
				d.provider.blind = rapid.SampledFrom([]error{nil, nil, context.DeadlineExceeded}).Draw(t, "is blind")
				d.provider.refuse = rapid.SampledFrom([]schemas.Code{"", "", schemas.CodeDeclined}).Draw(t, "declines")
				last := rapid.Bool().Draw(t, "is the last attempt")
				d.charges.last = func(context.Context, time.Time) bool { return last }
				_, _, _ = d.do(rapid.SampledFrom(activities).Draw(t, "activity"))
				if rapid.Bool().Draw(t, "settles") {
					d.provider.succeeds()
				}
				if taken := d.provider.taken[chargeID]; taken > 1 {
					t.Fatalf("taken %d times", taken)
				}
				if d.provider.asks > 0 && !d.ledger.marked[chargeID] {
					t.Fatal("the provider was asked before the mark was written")
				}
				status := d.ledger.entries[chargeID].Charge.Status
				wasReleased, wasCaptured = wasReleased || status == schemas.ChargeReleased, wasCaptured || status == schemas.ChargeCaptured
			}
			if wasReleased && wasCaptured {
				t.Fatal("given back and taken")
			}
			// Everybody is well again.
			*d.dies, d.provider.lose, d.provider.next, d.provider.blind, d.provider.refuse = dies{}, false, nil, nil, ""
			for range 2 {
				if _, err, _ := d.do(begin); err != nil {
					t.Fatalf("no fault is left: %v", err)
				}
			}
			if _, err, _ := d.do("lookup"); err != nil {
				t.Fatal(err)
			}
			said, kept := d.provider.answers[chargeID].Status, d.ledger.entries[chargeID].Charge.Status
			if said != kept {
				t.Fatalf("the provider says %s, the ledger %s", said, kept)
			}
			paid := kept == schemas.ChargeSucceeded || kept == schemas.ChargeCaptured
			if want := map[bool]int{true: 1}[paid]; d.ledger.pays[chargeID] != want {
				t.Fatalf("%s, and a payment of the order %d times", kept, d.ledger.pays[chargeID])
			}
		})
	}
}

func TestSandboxHasOneChargeWhateverHappens(t *testing.T) {
	t.Parallel()
	for what, ends := range map[string]schemas.ChargeStatus{"charge": schemas.ChargeSucceeded, "hold": schemas.ChargeHeld} {
		for _, fault := range []sandbox.Mode{sandbox.Lose, sandbox.Fail} {
			t.Run(what+" "+string(fault), func(t *testing.T) {
				t.Parallel()
				w := sandboxtest.New(t, sandbox.WithSettleDelay(time.Millisecond))
				paidOrder(t, w)
				require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, what, fault, 1, "", chargeID))
				require.NoError(t, w.Load().Customer(t.Context(), schemas.ShopCustomer{
					MerchantID: "m", CustomerID: "c-1", PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "card-1", Kind: "credit_card"}},
				}))
				charges := NewCharges(w.Charges(), newFakeChargeLedger(&dies{}))
				ask, order := charges.Request, owing(schemas.ChargeDifference)
				if what == "hold" {
					ask, order = charges.Hold, owing(schemas.ChargeDeposit)
				}
				_, err := ask(t.Context(), order)
				require.Error(t, err)
				_, err = ask(t.Context(), order)
				require.NoError(t, err)
				require.Eventually(t, func() bool {
					receipt, err := charges.Lookup(t.Context(), askedOf())
					require.NoError(t, err)
					return receipt.Status == ends
				}, 2*time.Minute, 5*time.Millisecond)
				n := 0
				for e, err := range w.Books().Charges(t.Context(), "m") {
					require.NoError(t, err)
					require.Equal(t, [2]any{ends, 1}, [2]any{e.Status, e.Tries})
					n++
				}
				require.Equal(t, 1, n)
			})
		}
	}
}
