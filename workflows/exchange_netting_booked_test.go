package workflows_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// What lines of an exchange have paid for each other is booked by the ledger once it is settled for good, and goes back as long as it is not.

func TestTheLedgerHearsWhichLineHasPaidForAReplacement(t *testing.T) {
	t.Parallel()
	settled := func(tl *tale) []schemas.Replaced {
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		return tl.has
	}
	t.Run("and hears the same however often it is asked", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, 500)
		tl.trouble = map[string][]error{schemas.GoodsDispose.Name: {errAway}}
		has := settled(tl)
		require.Equal(t, usd(1216), has[0].OnTop)
		require.Equal(t, []schemas.Share{{LineID: "2", Units: []int{1}, Amount: usd(500)}}, has[0].PaidBy)
		require.Empty(t, has[1].PaidBy)
		require.Equal(t, has[0].PaidBy, tl.last().Lines[0].Replacement.PaidBy, "and the case keeps it")
	})
	t.Run("but not of what was begun before the fifth edition", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, settled(bothWays(t, 1216, 500).ofEdition(4))[0].PaidBy)
	})
}

// Both articles are gone, and the customer takes the money for both, one after the other: the line that had paid for the other is just going on
// as a return, which counts that as spent, and the provider has not answered yet about what had gone back of its price.
func TestWhatALineHadPaidGoesBackThoughItIsJustGoingOnAsAReturn(t *testing.T) {
	t.Parallel()
	bothLeave := func(t *testing.T) *tale {
		t.Helper()
		tl := bothWays(t, 300, 1000)
		tl.trouble = map[string][]error{schemas.RefundLookup.Name: {errAway, errAway, errAway}}
		tl.in(schemas.ShipReplacement, says(tl, schemas.RefundSuccess, refundWord(1)))
		tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
		tl.in(schemas.OutOfStock, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/2", SKU: "other"}))
		tl.in(schemas.OutOfStock, chooses(tl, "2", "refund"))
		return tl.in(schemas.OutOfStock, func() {
			require.Equal(t, schemas.Converting, tl.last().Lines[1].State)
			chooses(tl, "1", "refund")()
		})
	}
	t.Run("and the ledger is told what it is", func(t *testing.T) {
		t.Parallel()
		tl := bothLeave(t)
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, map[string]schemas.Money{"p-1": usd(1000)}, tl.paidBack(), "7.00 before, and what it had paid")
		require.Equal(t, []schemas.Share{{LineID: "2", Units: []int{1}, Amount: usd(300), Netted: true}}, tl.ordered[1].Shares)
		for _, o := range tl.successors {
			if l := o.Predecessor.Handover.Lines[0]; l.LineID == "2" {
				require.Equal(t, usd(300), l.Spent, "its return pays the rest")
			} else {
				require.Zero(t, l.Spent)
			}
		}
	})
	t.Run("once, though the answer is lost", func(t *testing.T) {
		t.Parallel()
		tl := bothLeave(t)
		first := tl.refund
		tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
			if _, err := first(o); len(tl.ordered) == 2 {
				return schemas.RefundReceipt{}, errors.Join(errAway, err)
			}
			return first(o)
		}
		tl.run()
		require.Len(t, tl.ordered, 3)
		require.Equal(t, tl.ordered[1].RefundID, tl.ordered[2].RefundID)
	})
}
