package activities

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

// counted counts the orders that reach the sandbox, and kills the process at a named point.
type counted struct {
	provider.Payments
	dies   *dies
	orders int
}

func (c *counted) Refund(ctx context.Context, call provider.RefundCall) (provider.RefundAnswer, error) {
	c.dies.here("before order")
	c.orders++
	answer, err := c.Payments.Refund(ctx, call)
	c.dies.here("after order")
	return answer, err
}

// paidOrder loads the order of ordered() into a sandbox.
func paidOrder(t *testing.T, w *sandbox.World) {
	t.Helper()
	require.NoError(t, w.Load().Order(t.Context(), schemas.ShopOrder{
		OrderID: "o-1", MerchantID: "m", CustomerID: "c-1", Currency: "USD",
		Payments: []schemas.ShopPayment{{PaymentID: "o-1-P1", PaymentMethodID: "card-1", Captured: usd(150)}},
	}))
}

// refundsIn reads the payment provider's books.
func refundsIn(t *testing.T, w *sandbox.World) (all []sandbox.RefundEntry) {
	t.Helper()
	for entry, err := range w.Books().Refunds(t.Context(), "m") {
		require.NoError(t, err)
		all = append(all, entry)
	}
	return all
}

func TestSandboxHasOneRefundWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode   sandbox.Mode
		param  string
		dies   string
		orders int
	}{
		"the answer is lost":                   {sandbox.Lose, "", "", 1},
		"it is put off":                        {sandbox.Fail, "", "", 2},
		"the worker dies before the order":     {"", "", "before order", 1},
		"the worker dies after the order":      {"", "", "after order", 1},
		"the worker dies before it records it": {"", "", "before record", 1},
		"the answer is lost and then it dies":  {sandbox.Lose, "", "after order", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := sandboxtest.New(t, sandbox.WithSettleDelay(time.Millisecond))
			paidOrder(t, w)
			if c.mode != "" {
				require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, "refund", c.mode, 1, c.param, refundID))
			}
			d := &dies{at: c.dies}
			ledger, outside := newFakeLedger(d), &counted{Payments: w.Payments(), dies: d}
			payments := NewPayments(outside, ledger)
			receipt, err, died := run(func() (schemas.RefundReceipt, error) { return payments.Request(t.Context(), ordered()) })
			require.True(t, died || err != nil, "the first attempt was to go wrong")
			require.Empty(t, receipt)
			_, err = payments.Request(t.Context(), ordered())
			require.NoError(t, err)
			require.Equal(t, c.orders, outside.orders)

			require.Eventually(t, func() bool {
				receipt, err = payments.Confirm(t.Context(), asked())
				require.NoError(t, err)
				return receipt.Status == schemas.RefundSucceeded
			}, 2*time.Minute, 5*time.Millisecond)
			require.Equal(t, map[string]int{"1": 1}, ledger.settled)
			books := refundsIn(t, w)
			require.Len(t, books, 1)
			require.Equal(t, usd(100), books[0].Amount)
			require.Equal(t, refundID, books[0].Key)
			require.Equal(t, schemas.RefundSucceeded, books[0].Status)
		})
	}
}

func TestFactOfTheSandboxIsConfirmed(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t, sandbox.WithSettleDelay(time.Millisecond))
	paidOrder(t, w)
	ledger := newFakeLedger(&dies{})
	payments := NewPayments(w.Payments(), ledger)
	receipt, err := payments.Request(t.Context(), ordered())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, receipt.Status)

	ctx, stop := context.WithCancel(t.Context())
	var confirmed schemas.RefundReceipt
	var pump sync.WaitGroup
	pump.Go(func() {
		_ = w.Pump(ctx, func(ctx context.Context, fact string, report schemas.Report) error {
			defer stop()
			word, refusal := schemas.Decode[schemas.RefundWord](report.Body)
			if refusal != nil {
				return refusal
			}
			question := asked()
			question.RefundID, question.At = word.RefundID, report.OccurredAt
			confirmed, err = payments.Confirm(context.WithoutCancel(ctx), question)
			return err
		})
	})
	pump.Wait()
	require.NoError(t, err)
	require.Equal(t, schemas.RefundSucceeded, confirmed.Status)
	require.Equal(t, map[string]int{"1": 1}, ledger.settled)
}
