package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A success that the provider does not stand by keeps only its own lines back.

// twoPaidApart is a request for two lines, each of which is paid back out of a payment of its own.
func twoPaidApart(t *testing.T) *tale {
	t.Helper()
	tl := aReturn(t).refundOnly().approved()
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		got := tl.found(line("1", 3000), line("2", 2000))
		got.Payments = []schemas.Payment{
			{PaymentID: "p-1", Method: "card-1", Captured: usd(3000), Refundable: usd(3000)},
			{PaymentID: "p-2", Method: "card-2", Captured: usd(2000), Refundable: usd(2000)},
		}
		return got, nil
	}
	return tl.in(schemas.RefundProcessing, func() {
		report(tl, schemas.RefundSuccess, refundWord(1), "w-1")
		report(tl, schemas.RefundSuccess, refundWord(2), "w-2")
	})
}

func TestALineEndsThoughAnothersRefundIsNotStoodBy(t *testing.T) {
	t.Parallel()
	tl := twoPaidApart(t)
	back := true
	tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		if back && q.RefundID == "shop:r-1/refund/1" {
			back = false
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundReversed}, nil
		}
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	tl.later(schemas.RefundFailed, 10*time.Minute, func() {
		v := tl.last()
		require.Equal(t, schemas.RefundFailed, v.Lines[0].State)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Empty(t, named(v, schemas.EventOpsAlert))
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	v := tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(5000), v.Money.Refunded)
}

func TestALineEndsThoughNobodyCanSayHowAnothersRefundStands(t *testing.T) {
	t.Parallel()
	tl := twoPaidApart(t)
	confirm, refuses := tl.confirm, true
	tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		if refuses && q.RefundID == refundWord(1).RefundID {
			refuses = false
			return schemas.RefundReceipt{}, never("rejected_outside")
		}
		return confirm(q)
	}
	tl.parked(schemas.RefundConfirm.Name, func(p schemas.Parked) {
		soon(tl, 10*time.Minute, func() {
			v := tl.last()
			require.Equal(t, schemas.Refunded, v.Lines[0].State, "it stands where it stood")
			require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
			require.Len(t, named(v, schemas.EventOpsAlert), 1, "once, and then whoever frees it is waited for")
			tl.retries(p)
		})
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(5000), v.Money.Refunded)
}

func TestAnExchangeWhoseDifferenceIsNotStoodByWaitsForFinance(t *testing.T) {
	t.Parallel()
	for _, word := range []schemas.RefundStatus{schemas.RefundReversed, schemas.RefundFailedWord, schemas.RefundAccepted} {
		tl := anExchange(t, 4000).oldGoodsPass().replacementLeaves()
		back := true
		tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			if back {
				back = false
				return schemas.RefundReceipt{RefundID: q.RefundID, Status: word}, nil
			}
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
		}
		tl.in(schemas.ReplacementInTransit, func() {
			says(tl, schemas.RefundSuccess, refundWord(1))()
			soon(tl, time.Minute, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
		})
		if word != schemas.RefundAccepted {
			tl.later(schemas.RefundFailed, 10*time.Minute, func() {
				require.Empty(t, named(tl.last(), schemas.EventOpsAlert))
				does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
			})
		}
		v := tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(784), v.Money.Refunded)
	}
}
