package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Money for lines that have ended needs a second person, and somebody who sees to it where it fails, as any other does.

// dearBothWays is an exchange in both directions whose articles cost so much that what one has paid for the other is above the limit.
func dearBothWays(t *testing.T) *tale {
	t.Helper()
	tl := bothWays(t, 0, 0)
	one, two := line("1", 200000), line("2", 200000)
	one.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(350000)}
	two.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(50000)}
	return tl.finding(one, two)
}

// hasEnded lets line 2 end with its article, after which the customer takes the money for line 1, which it had paid for.
func (tl *tale) hasEnded() *tale {
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
	return tl.in(schemas.OutOfStock, func() {
		tl.leaves("RP1")
		soon(tl, time.Minute, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{Lines: []schemas.PickLine{{LineID: "2"}}}))
		soon(tl, time.Hour, func() {
			require.Equal(tl.t, schemas.Completed, tl.last().Lines[1].Outcome)
			chooses(tl, "1", "refund")()
		})
	})
}

func TestWhatGoesBackForALineThatHasEndedNeedsASecondPersonAsAnyOtherMoney(t *testing.T) {
	t.Parallel()
	t.Run("who grants it", func(t *testing.T) {
		t.Parallel()
		tl := dearBothWays(t).hasEnded()
		tl.trouble = map[string][]error{schemas.RefundRequest.Name: {errAway, errAway}} // and its answer is lost
		tl.in(schemas.FollowUp, func() {
			require.Empty(t, tl.ordered)
			require.Equal(t, usd(150000), tl.last().Approvals[0].Amount)
			refuses(tl, schemas.CodeWrongRole, send(tl, schemas.ApprovalGrant, anAgent, schemas.DecideApproval{}, "", 0))
			does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
		})
		tl.in(schemas.FollowUp, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, map[string]schemas.Money{"p-1": usd(150000)}, tl.paidBack())
		require.Equal(t, usd(150000), v.Lines[1].Refunded)
	})
	t.Run("for whom the case stays open", func(t *testing.T) {
		t.Parallel()
		tl := dearBothWays(t).hasEnded()
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Operator, *v.Approvals[0].DecidedBy, "it is owed, and silence ends nobody's right")
		require.Equal(t, usd(150000), v.Lines[1].Refunded, "and its arrival is waited for")
	})
	t.Run("which nobody was asked before the fifth edition", func(t *testing.T) {
		t.Parallel()
		tl := dearBothWays(t).ofEdition(4).hasEnded()
		tl.in(schemas.FollowUp, says(tl, schemas.RefundSuccess, refundWord(1)))
		require.Empty(t, tl.answersSurvey(5, schemas.SolvedYes).run().Approvals)
	})
	t.Run("also where it is just going on in another case", func(t *testing.T) {
		t.Parallel()
		tl := dearBothWays(t).cannotHave("2", "shop:r-1/stock/2").cannotHave("1", "shop:r-1/stock/1")
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.True(t, v.Approvals[0].Granted)
		require.Equal(t, []schemas.Share{{LineID: "2", Units: []int{1}, Amount: usd(150000), Netted: true}}, tl.ordered[0].Shares)
		require.Equal(t, schemas.RefundSucceeded, v.Money.Entries[0].Status)
	})
}

func TestTwoRefundsOnTheirWayAreCountedTogether(t *testing.T) {
	t.Parallel()
	inParts := func(t *testing.T) *tale {
		t.Helper()
		tl := aReturn(t).finding(line("1", 60000), line("2", 60000)).approvedAndShipped()
		one := schemas.Pass{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}}}}
		return tl.in(schemas.Received, func() {
			does(tl, schemas.InspectionPass, anInspector, one)()
			soon(tl, time.Minute, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		})
	}
	t.Run("against the limit", func(t *testing.T) {
		t.Parallel()
		tl := inParts(t)
		tl.in(schemas.RefundApproved, func() {
			require.Len(t, tl.ordered, 1)
			does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
		})
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2)))
		require.Equal(t, usd(120000), tl.answersSurvey(5, schemas.SolvedYes).run().Money.Refunded)
	})
	t.Run("which counted none of them before the fifth edition", func(t *testing.T) {
		t.Parallel()
		tl := inParts(t).ofEdition(4)
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2)))
		require.Empty(t, tl.answersSurvey(5, schemas.SolvedYes).run().Approvals)
	})
}

// hasNoRoom lets the ledger refuse the first refunds that are ordered, and says which disputes stand.
func (tl *tale) hasNoRoom(times int, disputes ...string) *tale {
	tries := 0
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		got := schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundAccepted, Amount: o.Refund.Amount}
		if tries++; tries <= times {
			got.Status, got.Code, got.Left = schemas.RefundFailedWord, schemas.CodeNoMoneyLeft, &schemas.OrderLeft{Disputes: disputes}
		}
		return got, nil
	}
	return tl
}

func TestARefundOfALineThatHasEndedThatTheLedgerRefusesIsForFinanceToSee(t *testing.T) {
	t.Parallel()
	refusedFor := func(t *testing.T, times int, disputes ...string) *tale {
		t.Helper()
		tl := bothWays(t, 500, 500).hasNoRoom(times, disputes...)
		return tl.hasEnded()
	}
	t.Run("who has it asked for again", func(t *testing.T) {
		t.Parallel()
		tl := refusedFor(t, 1)
		tl.in(schemas.RefundFailed, func() {
			require.Len(t, tl.toldStaff("staff.refund_failed"), 1)
			require.NotNil(t, clockNamed(tl.last(), "exchange.refund_failed"), "with a clock")
			does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
		})
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Equal(t, usd(500), v.Lines[1].Refunded)
	})
	t.Run("and where there really is none the line ends as it had", func(t *testing.T) {
		t.Parallel()
		tl := refusedFor(t, 9)
		tl.in(schemas.RefundFailed, does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Equal(t, usd(500), *v.Lines[1].Short)
		require.Contains(t, tl.told(), "refund.reduced")
		require.Len(t, tl.tasks("refund_reduced"), 1)
	})
	t.Run("and waits where a dispute keeps the money", func(t *testing.T) {
		t.Parallel()
		tl := refusedFor(t, 1, "dp-1")
		tl.in(schemas.FollowUp, func() {
			require.Equal(t, "ledger", tl.last().Holds[0].Reason)
			require.True(t, tl.last().Money.Entries[0].Held)
			does(tl, schemas.HoldRelease, aFinancier, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "decided"})()
		})
		tl.in(schemas.FollowUp, says(tl, schemas.RefundSuccess, refundWord(1)))
		require.Equal(t, usd(500), tl.answersSurvey(5, schemas.SolvedYes).run().Lines[1].Refunded)
	})
	t.Run("also where it waits so long that everything else is over", func(t *testing.T) {
		t.Parallel()
		tl := refusedFor(t, 1, "dp-1").answersSurvey(5, schemas.SolvedYes)
		require.Equal(t, usd(500), tl.run().Lines[1].Refunded, "the hold ends, and it is ordered and asked about")
	})
	t.Run("of which nobody heard before the fifth edition", func(t *testing.T) {
		t.Parallel()
		tl := refusedFor(t, 1).ofEdition(4).answersSurvey(5, schemas.SolvedYes)
		tl.run()
		require.Empty(t, tl.toldStaff("staff.refund_failed"))
	})
}

func TestARefundThatFailsForALineThatHasGoneOnStartsNoSecondReturn(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 500, 500).cannotHave("2", "shop:r-1/stock/2").cannotHave("1", "shop:r-1/stock/1").firstSays(schemas.RefundFailedWord, "declined")
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, "shop:r-1:2", v.Lines[1].Holder)
	require.Len(t, tl.successors, 2, "one for each line")
	require.Equal(t, usd(500), v.Lines[1].Refunded)
}

func TestARefundThatFailsWhileItsLineGoesOnIsForFinanceOnceItHas(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 300, 1000)
	tl.trouble = map[string][]error{schemas.RefundLookup.Name: {errAway, errAway, errAway, errAway}}
	tl.in(schemas.ShipReplacement, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
	tl.in(schemas.OutOfStock, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/2", SKU: "other"}))
	tl.in(schemas.OutOfStock, chooses(tl, "2", "refund"))
	tl.in(schemas.OutOfStock, func() {
		require.Equal(t, schemas.Converting, tl.last().Lines[1].State)
		tl.firstSays(schemas.RefundFailedWord, "declined")
		chooses(tl, "1", "refund")()
	})
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2)))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, usd(1000), v.Money.Refunded)
	require.Len(t, tl.successors, 2)
}
