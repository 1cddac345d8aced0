package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// What the warehouse was asked for when a case's workflow was ended from outside, the case that goes on with it asks for once more, in the same words:
// a key is booked once.

func TestGoodsThatWereOnTheirWayToAShelfAreBroughtThereByTheCaseThatGoesOn(t *testing.T) {
	t.Parallel()
	await := func(t *testing.T, told *tale, answer error) schemas.View {
		t.Helper()
		told.trouble = map[string][]error{schemas.GoodsDispose.Name: append(slices.Repeat([]error{errAway}, 6), answer)}
		told.run()
		return rowIn(t, told, schemas.FollowUp, func(v schemas.View) bool {
			return answer == nil || slices.ContainsFunc(v.Parked, func(p schemas.Parked) bool { return p.Step == schemas.GoodsDispose.Name })
		})
	}
	t.Run("whose lines have ended meanwhile", func(t *testing.T) {
		t.Parallel()
		told := aReturn(t).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
		next := goesOnFrom(t, told.opening, await(t, told, nil))
		require.Equal(t, schemas.Completed, next.run().Outcome)
		require.Equal(t, told.disposed, next.disposed)
		require.Equal(t, told.disposedAs, next.disposedAs)
	})
	t.Run("which the warehouse had refused", func(t *testing.T) {
		t.Parallel()
		told := aReturn(t).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
		told.parked(schemas.GoodsDispose.Name, told.retries)
		next := goesOnFrom(t, told.opening, await(t, told, never("unknown_article")))
		require.Equal(t, schemas.Completed, next.run().Outcome)
		require.Equal(t, told.disposed, next.disposed)
		require.Equal(t, told.disposedAs, next.disposedAs)
	})
	t.Run("whose money the provider does not stand by", func(t *testing.T) {
		t.Parallel()
		told := aReturn(t).approvedAndShipped().inspectedAndRefunded()
		told.trouble = map[string][]error{schemas.GoodsDispose.Name: slices.Repeat([]error{errAway}, 6)}
		asked := 0
		told.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			if asked++; asked == 1 {
				return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeReversed}, nil
			}
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
		}
		told.in(schemas.RefundFailed, does(told, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
		told.refunded().answersSurvey(5, schemas.SolvedYes)
		told.run()
		next := goesOnFrom(t, told.opening, rowIn(t, told, schemas.RefundFailed, anyRow))
		next.in(schemas.RefundFailed, does(next, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
		require.Equal(t, schemas.Completed, next.run().Outcome)
		require.Len(t, next.disposed, 2)
	})
	t.Run("and what it has answered is not asked for again", func(t *testing.T) {
		t.Parallel()
		told := aReturn(t).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
		told.trouble = map[string][]error{schemas.RefundConfirm.Name: {never("rejected_outside")}}
		told.parked(schemas.RefundConfirm.Name, func(p schemas.Parked) { soon(told, time.Hour, func() { told.retries(p) }) })
		told.run()
		row := rowIn(t, told, schemas.Refunded, func(v schemas.View) bool { return len(v.Parked) > 0 })
		require.Empty(t, row.Shelving)
		next := goesOnFrom(t, told.opening, row)
		require.Equal(t, schemas.Completed, next.run().Outcome)
		require.Len(t, told.disposed, 2)
		require.Empty(t, next.disposed, "the warehouse has booked them")
	})
}
