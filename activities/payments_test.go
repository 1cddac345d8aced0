package activities

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// desk is the activity between two fakes that outlive it.
type desk struct {
	dies     *dies
	ledger   *fakeLedger
	provider *fakeProvider
	payments *Payments
}

func newDesk() desk {
	d := &dies{}
	l, p := newFakeLedger(d), newFakeProvider(d)
	return desk{d, l, p, NewPayments(p, l)}
}

func (d desk) request() (schemas.RefundReceipt, error, bool) {
	return run(func() (schemas.RefundReceipt, error) { return d.payments.Request(context.Background(), ordered()) })
}

// mustRequest requests and wants an answer.
func (d desk) mustRequest(t *testing.T) schemas.RefundReceipt {
	t.Helper()
	receipt, err, died := d.request()
	require.NoError(t, err)
	require.False(t, died)
	return receipt
}

// requireApplicationError wants an error of a type, and says whether Temporal will repeat the call.
func requireApplicationError(t *testing.T, err error, code schemas.Code, nonRetryable bool) *temporal.ApplicationError {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, string(code), app.Type(), err.Error())
	require.Equal(t, nonRetryable, app.NonRetryable(), err.Error())
	return app
}

func TestRefundIsReservedMarkedOrderedAndRecorded(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.onAsk = func(context.Context) {
		require.True(t, d.ledger.marked[refundID], "the mark stands before the provider is asked")
	}
	require.Equal(t, schemas.RefundReceipt{RefundID: refundID, Status: schemas.RefundAccepted, Amount: usd(100)}, d.mustRequest(t))
	require.Equal(t, schemas.RefundAccepted, d.ledger.entries[refundID].Status)
	require.Empty(t, d.ledger.settled, "accepted is not succeeded")
}

func TestRefundThatSucceedsAtOnceSettlesItsUnits(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	d.provider.ends(refundID, schemas.RefundSucceeded, "")
	require.Equal(t, schemas.RefundSucceeded, d.mustRequest(t).Status)
	require.Equal(t, map[string]int{"1": 1}, d.ledger.settled)
}

func TestRefundRequestedTwiceIsOrderedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk()
	require.Equal(t, d.mustRequest(t), d.mustRequest(t))
	require.Equal(t, 1, d.provider.asks)
}

func TestRefundIsOrderedOnceWhereverTheWorkerDies(t *testing.T) {
	t.Parallel()
	for _, point := range []string{
		"before reserve", "after reserve", "before mark", "after mark", "before order", "after order", "before record", "after record",
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			d.dies.at = point
			_, _, died := d.request()
			require.True(t, died)
			require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status)
			require.Equal(t, 1, d.provider.paid[refundID])
		})
	}
}

func TestRefundWithLostAnswerIsLookedUpNotOrderedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.lose = true
	_, err, _ := d.request()
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status)
	require.Equal(t, 1, d.provider.asks)
	require.Equal(t, 1, d.provider.lookups)
}

func TestRefundThatNeverArrivedIsOrderedAgainAfterALookup(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.next = context.DeadlineExceeded
	_, err, _ := d.request()
	requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status)
	require.Equal(t, 2, d.provider.asks)
	require.Equal(t, 1, d.provider.paid[refundID])
}

func TestRefundIsNotOrderedAgainWhileNobodyCanSayWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.lose = true
	_, _, _ = d.request()
	d.provider.blind = context.DeadlineExceeded
	for range 3 {
		_, err, _ := d.request()
		requireApplicationError(t, err, schemas.CodeNoAnswer, false)
	}
	require.Equal(t, 1, d.provider.asks)
	d.provider.blind = nil
	require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status)
	require.Equal(t, 1, d.provider.asks)
}

func TestRefundRefusedByTheProviderIsAReceipt(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.refuse = schemas.CodeBalance
	receipt := d.mustRequest(t)
	require.Equal(t, schemas.RefundReceipt{RefundID: refundID, Status: schemas.RefundFailedWord, Code: schemas.CodeBalance, Amount: usd(100)}, receipt)
	require.Zero(t, d.provider.paid[refundID])
}

func TestFailedRefundIsOrderedAgainUnderItsNumber(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"", "before order", "after order", "before record"} {
		t.Run("dying "+point, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			d.provider.refuse = schemas.CodeBalance
			d.mustRequest(t)
			d.dies.at = point
			_, _, died := d.request()
			require.Equal(t, point != "", died)
			require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status)
			require.Equal(t, 1, d.provider.paid[refundID])
		})
	}
}

func TestRefundThatCameBackIsOrderedAgainOnlyOnceTheLedgerKnows(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.lose = true
	_, _, _ = d.request()
	d.provider.ends(refundID, schemas.RefundReversed, schemas.CodeReversed)
	require.Equal(t, schemas.RefundReversed, d.mustRequest(t).Status, "the retry of the attempt only finds out")
	require.Equal(t, 1, d.provider.paid[refundID])
	require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status, "this time the story has asked for it")
	require.Equal(t, 2, d.provider.paid[refundID])
}

func TestEndedRefundIsNotOrderedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []schemas.RefundStatus{schemas.RefundSucceeded, schemas.RefundManual, schemas.RefundCancelled} {
		d := newDesk()
		d.ledger.entries[refundID] = schemas.RefundReceipt{RefundID: refundID, Status: status, Amount: usd(100)}
		d.ledger.marked[refundID] = true
		require.Equal(t, status, d.mustRequest(t).Status)
		require.Zero(t, d.provider.asks+d.provider.lookups)
	}
}

func TestRefundAboveTheLedgersLimitIsRefusedBeforeTheProviderHearsOfIt(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.ledger.refuse = &schemas.Refusal{Code: schemas.CodeUnknownLine, Message: "no such line."}
	_, err, _ := d.request()
	app := requireApplicationError(t, err, schemas.ErrorTypeRefused, true)
	var refusal schemas.Refusal
	require.NoError(t, app.Details(&refusal))
	require.Equal(t, *d.ledger.refuse, refusal)
	require.Zero(t, d.provider.asks)
}

func TestRefundWaitsForOurOwnDatabase(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.ledger.away = true
	_, err, _ := d.request()
	requireApplicationError(t, err, schemas.CodeUnavailable, false)
	require.Zero(t, d.provider.asks)
}

func TestErrorsOfAProviderKeepTheirClass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err          error
		code         schemas.Code
		nonRetryable bool
		after        time.Duration
	}{
		"never":          {provider.Never(provider.CodeKeyReused, "used before"), provider.CodeKeyReused, true, 0},
		"later":          {&provider.Error{Class: provider.RetryLater, Code: provider.CodeBusy, After: time.Minute}, provider.CodeBusy, false, time.Minute},
		"now":            {&provider.Error{Class: provider.RetryNow, Code: provider.CodeBusy}, provider.CodeBusy, false, soon},
		"unknown":        {context.DeadlineExceeded, schemas.CodeNoAnswer, false, 0},
		"not classified": {errors.New("gibberish"), schemas.CodeNoAnswer, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			d.provider.next = c.err
			_, err, _ := d.request()
			app := requireApplicationError(t, err, c.code, c.nonRetryable)
			require.Equal(t, c.after, app.NextRetryDelay())
		})
	}
}

func TestProviderThatHoldsAnotherAmountStopsForAPerson(t *testing.T) {
	t.Parallel()
	d := newDesk()
	other := usd(99)
	d.provider.amount = &other
	_, err, _ := d.request()
	requireApplicationError(t, err, CodeAmountDiffers, true)
	require.Equal(t, schemas.RefundRequested, d.ledger.entries[refundID].Status)
}

func TestProviderGetsLessTimeThanTheActivityHas(t *testing.T) {
	t.Parallel()
	d := newDesk()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	end, _ := ctx.Deadline()
	d.provider.onAsk = func(inner context.Context) {
		deadline, ok := inner.Deadline()
		require.True(t, ok)
		require.Equal(t, 2*time.Second, end.Sub(deadline))
	}
	_, err := d.payments.Request(ctx, ordered())
	require.NoError(t, err)
	require.Equal(t, 1, d.provider.asks)
}

// Our database was away when the failure was looked up: the case believed the fact of it, and asks again.
func TestARefundWhoseFailureTheLedgerHasNotHeardOfIsOrderedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	d.provider.ends(refundID, schemas.RefundFailedWord, schemas.CodeBalance)
	require.Equal(t, schemas.RefundAccepted, d.ledger.entries[refundID].Status)
	d.mustRequest(t)
	require.Equal(t, 2, d.provider.asks)
	require.Equal(t, schemas.RefundAccepted, d.ledger.entries[refundID].Status)
}

func TestLookupRecordsTheProvidersWordAndSettlesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	d.provider.ends(refundID, schemas.RefundSucceeded, "")
	receipt, err := d.payments.Lookup(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundSucceeded, receipt.Status)
	require.Empty(t, d.ledger.settled)
}

func TestLookupOfARefundTheProviderNeverTookChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.next = context.DeadlineExceeded
	_, _, _ = d.request()
	receipt, err := d.payments.Lookup(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundReceipt{RefundID: refundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund, Amount: usd(100)}, receipt)
	require.Equal(t, schemas.RefundRequested, d.ledger.entries[refundID].Status)
}

// Our database was away when the refund was ordered, until the last attempt: the case knows its number, and nobody else does.
func TestLookupOfARefundNobodyReservedLetsItBeOrderedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.ledger.away = true
	_, err, _ := d.request()
	requireApplicationError(t, err, schemas.CodeUnavailable, false)
	d.ledger.away = false
	receipt, err := d.payments.Lookup(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundReceipt{RefundID: refundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, receipt)
	require.Zero(t, d.provider.lookups, "nobody is asked about an order that nobody was given")
	d.mustRequest(t)
	require.Equal(t, map[string]int{refundID: 1}, d.provider.paid)
}

func TestConfirmBelievesNoFactAboutARefundNobodyReserved(t *testing.T) {
	t.Parallel()
	receipt, err := newDesk().payments.Confirm(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundReceipt{RefundID: refundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, receipt)
}

func TestConfirmSettlesTheUnitsOfASuccessOnce(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	d.provider.ends(refundID, schemas.RefundSucceeded, "")
	for range 2 {
		receipt, err := d.payments.Confirm(context.Background(), asked())
		require.NoError(t, err)
		require.Equal(t, schemas.RefundSucceeded, receipt.Status)
	}
	require.Equal(t, map[string]int{"1": 1}, d.ledger.settled)
}

func TestConfirmBelievesTheProviderNotTheFact(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	receipt, err := d.payments.Confirm(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, receipt.Status, "somebody sent refund.succeeded; the provider says otherwise")
	d.provider.ends(refundID, schemas.RefundFailedWord, schemas.CodeAccountClosed)
	receipt, err = d.payments.Confirm(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundFailedWord, receipt.Status)
	require.Equal(t, schemas.CodeAccountClosed, receipt.Code)
	require.Empty(t, d.ledger.settled)
}

func TestConfirmRecordsAReversal(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	d.provider.ends(refundID, schemas.RefundReversed, schemas.CodeReversed)
	receipt, err := d.payments.Confirm(context.Background(), asked())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundReversed, receipt.Status)
	require.Empty(t, d.ledger.settled)
}

func TestPaymentByHandIsTheLedgersAlone(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.refuse = schemas.CodeAccountClosed
	d.mustRequest(t)
	receipt, err := d.payments.RecordByHand(context.Background(), schemas.ByHandOrder{RefundID: refundID, MerchantID: "m", ProofID: "p-1"})
	require.NoError(t, err)
	require.Equal(t, schemas.RefundManual, receipt.Status)
	d.ledger.refuse = &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "paid already."}
	_, err = d.payments.RecordByHand(context.Background(), schemas.ByHandOrder{RefundID: refundID})
	requireApplicationError(t, err, schemas.ErrorTypeRefused, true)
}

func TestALedgerWithTooLittleTellsTheCaseWhatIsLeft(t *testing.T) {
	t.Parallel()
	ledger, provider := newFakeLedger(&dies{}), newFakeProvider(&dies{})
	ledger.refuse = &schemas.Refusal{Code: schemas.CodeNoMoneyLeft, Message: "more than is left."}
	ledger.left = schemas.OrderLeft{Lines: []schemas.Share{{LineID: "1", Amount: usd(50)}}}
	receipt, err := NewPayments(provider, ledger).Request(t.Context(), ordered())
	require.NoError(t, err)
	require.Equal(t, schemas.RefundFailedWord, receipt.Status)
	require.Equal(t, schemas.CodeNoMoneyLeft, receipt.Code)
	require.Equal(t, &ledger.left, receipt.Left)
	require.Empty(t, ledger.marked, "no provider is asked")
}
