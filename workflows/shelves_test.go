package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// The goods of a return are the shop's once they have been looked at; what becomes of them and what becomes of the money do not wait for each other.

func TestAWarehouseThatDoesNotAnswerKeepsNobodyFromHearingOfTheirMoney(t *testing.T) {
	t.Parallel()
	// waited is how long the customer waits, after the provider's word, to be told.
	waited := func(t *testing.T, edition int) time.Duration {
		tl := aReturn(t).approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).ofEdition(edition)
		tl.trouble = map[string][]error{schemas.GoodsDispose.Name: {errAway, errAway, errAway, errAway, errAway, errAway}}
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Contains(t, tl.told(), "refund.done")
		require.Len(t, tl.disposed, 2, "and the goods are brought away in the end")
		return named(v, schemas.EventDisposed)[0].At.Sub(named(v, schemas.RefundSuccess.Name)[0].At)
	}
	t.Run("since the sixth edition", func(t *testing.T) {
		t.Parallel()
		require.Less(t, waited(t, schemas.Edition), time.Second)
	})
	t.Run("which it did before", func(t *testing.T) {
		t.Parallel()
		require.Greater(t, waited(t, 5), 10*time.Second)
	})
}

func TestGoodsAreTheShopsAlsoWhenTheProviderDoesNotStandByItsWord(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded()
	asked := 0
	tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		if asked++; asked == 1 {
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeReversed}, nil
		}
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	tl.in(schemas.RefundFailed, func() {
		require.Len(t, tl.disposed, 2, "both lines' goods are on their shelves")
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, v.Money.Refunded, v.Money.Entries[0].Amount, "paid once")
	require.Len(t, tl.disposed, 2, "and brought there once")
}
