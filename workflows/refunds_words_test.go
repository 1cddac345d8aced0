package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

func TestTheProvidersWordBeforeItsAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		report(tl, schemas.RefundSuccess, refundWord(1), "early")
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundAccepted, Amount: o.Refund.Amount}, nil
	}
	tl.in(schemas.FollowUp, func() {
		report(tl, schemas.RefundSuccess, refundWord(1), "early")
		report(tl, schemas.RefundSuccess, refundWord(1), "another word of the same")
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestASuccessTheProviderDoesNotStandByIsTakenBack(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	words := []schemas.RefundStatus{schemas.RefundAccepted, schemas.RefundSucceeded}
	tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		status := words[0]
		if len(words) > 1 {
			words = words[1:]
		}
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: status}, nil
	}
	tl.refunded()
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded, "counted once")
}

func TestALostWebhookIsFoundByALookUp(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	asked := 0
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		if asked++; asked < 3 {
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundAccepted}, nil
		}
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 3, asked)
	require.Len(t, tl.ordered, 1, "a look-up is never a second order")
}

func TestAnUnknownOutcomeStaysUnknownUntilTheProviderSpeaks(t *testing.T) {
	t.Parallel()
	tl := paid(t).providerSays(schemas.RefundUnknown, schemas.CodeNoAnswer)
	silent := 90
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		if silent--; silent > 0 {
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeNoAnswer}, nil
		}
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1)
	require.NotEmpty(t, tl.toldStaff("staff.task"), "after three days finance is asked to look too")
}

func TestARefundTheProviderNeverTookIsOrderedAgainUnderItsNumber(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundUnknown, schemas.CodeNoAnswer)
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, nil
	}
	tl.later(schemas.RefundProcessing, 10*time.Minute, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.GreaterOrEqual(t, len(tl.ordered), 2)
	for _, o := range tl.ordered {
		require.Equal(t, "shop:r-1/refund/1", o.RefundID)
	}
}

func TestAnOrderThatOurDatabaseNeverTookIsGivenAgainUnderItsNumber(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	away := true
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if away {
			return schemas.RefundReceipt{}, temporal.NewApplicationError("reserve refund: our database did not take it", string(schemas.CodeUnavailable))
		}
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundSucceeded, Amount: o.Refund.Amount}, nil
	}
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		away = false
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, nil
	}
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Len(t, v.Money.Entries, 1, "nothing is paid instead of it")
	require.Len(t, tl.ordered, 6, "five attempts, and then the order that was taken")
	for _, o := range tl.ordered {
		require.Equal(t, "shop:r-1/refund/1", o.RefundID)
	}
	for _, told := range tl.toldStaff("staff.stuck") {
		require.Fail(t, "nothing was parked", "%v", told)
	}
}

func TestAProviderThatIsAwayLeavesTheOutcomeUnknownAndNotRefused(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.refund = func(schemas.RefundOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{}, errors.New("connection reset")
	}
	tl.later(schemas.RefundProcessing, time.Minute, func() {
		require.Equal(t, schemas.RefundUnknown, tl.last().Money.Entries[0].Status)
		says(tl, schemas.RefundSuccess, refundWord(1))()
	})
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestWhatTheProviderPaidAfterAllIsNotPaidAgain(t *testing.T) {
	t.Parallel()
	for name, settle := range map[string]func(tl *tale) func(){
		"by hand": func(tl *tale) func() {
			return does(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "p-1"})
		},
		"to another account": func(tl *tale) func() {
			return does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{Method: "card-2"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeAccountClosed)
			tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
				return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
			}
			tl.in(schemas.RefundFailed, func() {
				settle(tl)()
				tl.env.RegisterDelayedCallback(does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{}), time.Minute)
			})
			v := tl.run()
			require.Equal(t, schemas.Completed, v.Outcome)
			require.Equal(t, usd(4784), v.Money.Refunded)
			require.Len(t, tl.ordered, 1, "nobody else was asked to pay")
			require.NotContains(t, tl.calls, "refund.record_by_hand")
		})
	}
}

func TestARefundThatComesBackAfterSuccessOpensTheMoneyAgain(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundReversed, Code: schemas.CodeReversed}, nil
	}
	tl.in(schemas.FollowUp, says(tl, schemas.RefundReversal, refundWord(1)))
	tl.in(schemas.RefundFailed, func() {
		require.Equal(t, usd(0), tl.last().Money.Refunded)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Contains(t, tl.told(), "refund.reversed")
}

func TestAReversalThatOvertakesItsSuccessIsTheLastWord(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundReversed, Code: schemas.CodeReversed}, nil
	}
	tl.in(schemas.RefundProcessing, func() {
		says(tl, schemas.RefundReversal, refundWord(1))()
		tl.env.RegisterDelayedCallback(func() {
			says(tl, schemas.RefundSuccess, refundWord(1))()
			says(tl, schemas.RefundFailure, refundWord(1))()
		}, time.Second)
	})
	tl.later(schemas.RefundFailed, time.Minute, func() {
		require.Equal(t, usd(0), tl.last().Money.Refunded)
		require.Equal(t, schemas.RefundFailed, tl.last().State)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestAWordOfFailureThatTheProviderDoesNotStandByChangesNothing(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundFailure, schemas.RefundWord{RefundID: refundWord(1).RefundID, Code: schemas.CodeAccountClosed}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.NotContains(t, tl.told(), "refund.failed")
}
