package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A line that goes on as a return after a difference was paid back for it: before it leaves, the provider is asked once more whether that has
// arrived. No answer is neither yes nor no.

// goesOnPaidBack is an exchange for a cheaper article whose difference was paid back, and which cannot be had after all.
func goesOnPaidBack(t *testing.T) *tale {
	t.Helper()
	tl := anExchange(t, 3000).oldGoodsPass().looksUp(schemas.RefundSucceeded)
	tl.in(schemas.ShipReplacement, says(tl, schemas.RefundSuccess, refundWord(1)))
	return tl.cannotHave("1", "shop:r-1/stock/1")
}

// unheard lets as many answers about refunds be lost.
func (tl *tale) unheard(questions int) *tale {
	lost := make([]error, questions)
	for i := range lost {
		lost[i] = errAway
	}
	return tl.failing(schemas.RefundLookup.Name, lost...)
}

func TestALineWhoseLastRefundNobodyAnswersForIsParkedOnceAndGoesOnWhenTheyDo(t *testing.T) {
	t.Parallel()
	t.Run("a person frees it", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t).unheard(5)
		tl.parked(schemas.RefundLookup.Name, func(p schemas.Parked) {
			v := tl.last()
			require.Equal(t, schemas.Converting, v.Lines[0].State)
			require.Equal(t, schemas.CodeNoAnswer, p.Cause)
			require.Equal(t, schemas.TurnMerchant, v.Turn, "it is not the system's")
			require.Equal(t, schemas.StepRetry.Name, p.Frees[0].Command)
			does(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{Cause: schemas.CodeNoAnswer})()
		})
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.True(t, v.Money.Entries[0].Confirmed)
		require.Len(t, tl.ordered, 1)
		require.Len(t, tl.successors, 1)
	})
	t.Run("or it is asked again by itself, and nobody is told a second time", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t).unheard(15)
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.True(t, v.Money.Entries[0].Confirmed)
		require.Len(t, tl.toldStaff("staff.stuck"), 1)
		require.LessOrEqual(t, len(named(v, schemas.EventOpsAlert)), 1)
		require.Len(t, named(v, schemas.EventStuck), 3)
		require.Empty(t, v.Parked)
	})
	t.Run("or two persons let the first word count", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t).unheard(500)
		tl.parked(schemas.RefundLookup.Name, func(p schemas.Parked) {
			does(tl, schemas.StepSkip, anAgent, schemas.SkipStep{StepID: p.StepID, Reason: "seen_at_bank"})()
			soon(tl, time.Minute, does(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{}))
		})
		require.Equal(t, schemas.Converted, tl.run().Outcome)
		require.Len(t, tl.successors, 1)
	})
	t.Run("or the supervisor and then the manager hear of it", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t).unheard(5 * 96)
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Len(t, tl.toldStaff("staff.stuck"), 1)
		require.NotEmpty(t, tl.toldStaff("staff.escalated"))
	})
}

func TestADifferenceThatTheProviderDoesNotKnowAsArrivedIsPaidThoughItsLineGoesOn(t *testing.T) {
	t.Parallel()
	t.Run("where it has failed finance sees to it", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t).looksUp(schemas.RefundFailedWord)
		tl.in(schemas.RefundFailed, func() {
			require.Zero(t, tl.last().Lines[0].Refunded.Minor)
			does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
		})
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.run()
		require.Equal(t, usd(1784), v.Lines[0].Refunded)
		require.Len(t, tl.successors, 1)
	})
	t.Run("where it was never heard of it is ordered again, under its number", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t)
		tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			if len(tl.ordered) == 1 {
				return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, nil
			}
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
		}
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, usd(1784), v.Money.Refunded)
		require.Len(t, tl.ordered, 2)
		require.Equal(t, tl.ordered[0].RefundID, tl.ordered[1].RefundID)
	})
	t.Run("and no answer at all is not taken for one", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t)
		silent := 3
		tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			if silent--; silent >= 0 {
				return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeNoAnswer}, nil
			}
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
		}
		v := tl.run()
		require.True(t, v.Money.Entries[0].Confirmed)
		require.Len(t, named(v, schemas.EventStuck), 3)
	})
	t.Run("of which nobody asked so closely before the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := goesOnPaidBack(t).ofEdition(5).looksUp(schemas.RefundUnknown)
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Empty(t, named(v, schemas.EventStuck))
	})
}
