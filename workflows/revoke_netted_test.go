package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A decision whose difference was settled as one amount with that of another article. As long as none of it was paid it can be taken back, and the
// other article is settled anew.

// heldBothWays is an exchange of two lines that is settled as one amount while a hold keeps the replacements, and with others what is paid back.
func heldBothWays(t *testing.T, more, less int64, holds ...func(*tale) func()) *tale {
	t.Helper()
	tl := bothWays(t, more, less)
	approve := tl.steps[0].do
	tl.steps[0].do = func() {
		for _, hold := range holds {
			hold(tl)()
		}
		approve()
	}
	return tl
}

func holdGoods(tl *tale) func() { return does(tl, schemas.HoldSet, aSupervisor, toShip) }

func releaseGoods(tl *tale) func() { return does(tl, schemas.HoldRelease, aSupervisor, toShip) }

// takesBack revokes the decision on some lines, and has them inspected again.
func (tl *tale) takesBack(state schemas.State, check func(schemas.View), lines ...string) *tale {
	var on schemas.OnLines
	for _, id := range lines {
		on.Lines = append(on.Lines, schemas.PickLine{LineID: id})
	}
	tl.in(state, does(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{OnLines: on, Reason: "staff_error"}))
	return tl.in(schemas.Received, func() {
		check(tl.last())
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
}

func TestADecisionThatWasSettledAsOneAmountIsTakenBackAndTheOtherSettledAnew(t *testing.T) {
	t.Parallel()
	t.Run("the cheaper article: the dearer one is paid for before it is sent", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 500, 500, holdGoods)
		tl.trouble = map[string][]error{schemas.PaymentRequest.Name: {errAway}, schemas.RefundRequest.Name: {errAway}} // answers are lost
		tl.takesBack(schemas.ShipReplacement, func(v schemas.View) {
			require.Equal(t, schemas.WaitPayment, v.Lines[0].State)
			require.Equal(t, usd(500), tl.charges[0].Amount)
			require.Empty(t, tl.ordered)
		}, "2")
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.in(schemas.ShipReplacement, releaseGoods(tl))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		tl.in(schemas.ReplacementInTransit, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(500), v.Money.Charged)
		require.Equal(t, usd(500), v.Money.Refunded, "each article is paid for by itself now")
		require.Len(t, v.Money.Entries, 1)
		require.Empty(t, tl.tasks("spent_twice"))
	})
	t.Run("the dearer article: what the cheaper one had paid for it goes back", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 500, 500, holdGoods)
		tl.trouble = map[string][]error{schemas.RefundRequest.Name: {errAway}}
		tl.takesBack(schemas.ShipReplacement, func(v schemas.View) {
			require.Equal(t, schemas.ShipReplacement, v.Lines[1].State)
			require.Equal(t, map[string]schemas.Money{"p-1": usd(500)}, tl.paidBack())
		}, "1")
		tl.in(schemas.WaitPayment, func() {
			require.Equal(t, usd(500), tl.charges[0].Amount)
			says(tl, schemas.PaymentSuccess, chargeWord("1"))()
		})
		tl.in(schemas.ShipReplacement, says(tl, schemas.RefundSuccess, refundWord(1)))
		tl.in(schemas.ShipReplacement, releaseGoods(tl))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(500), v.Money.Charged)
		require.Equal(t, usd(500), v.Money.Refunded)
	})
	t.Run("both: nothing moves, and they are settled as one amount again", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 500, 500, holdGoods)
		tl.takesBack(schemas.ShipReplacement, func(v schemas.View) {
			for _, l := range v.Lines {
				require.Equal(t, []int64{0, 0, 0}, []int64{l.Replacement.Netted, l.Replacement.Settled, l.Replacement.GivesBack})
			}
		}, "1", "2")
		tl.in(schemas.ShipReplacement, releaseGoods(tl))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, tl.ordered)
		require.Empty(t, tl.charges)
	})
}

func TestADecisionOfOneAmountWhoseMoneyIsKeptBackIsTakenBack(t *testing.T) {
	t.Parallel()
	t.Run("for the line that it goes back for", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 300, 1000, holdGoods, holdRefunds)
		tl.takesBack(schemas.ShipReplacement, func(v schemas.View) {
			require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
			require.Equal(t, usd(300), tl.charges[0].Amount)
		}, "2")
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.in(schemas.ShipReplacement, func() {
			releaseRefunds(tl)()
			soon(tl, time.Minute, says(tl, schemas.RefundSuccess, refundWord(2)))
			soon(tl, hour, releaseGoods(tl))
			soon(tl, 2*hour, func() { tl.leaves("RP1") })
		})
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, usd(1000), v.Money.Refunded)
		require.Equal(t, usd(300), v.Money.Charged)
	})
	t.Run("for the line that it had paid for", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 300, 1000, holdGoods, holdRefunds)
		tl.takesBack(schemas.ShipReplacement, func(v schemas.View) {
			require.Empty(t, tl.ordered)
			require.Equal(t, int64(1000), v.Lines[1].Replacement.GivesBack)
		}, "1")
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.in(schemas.ShipReplacement, func() {
			releaseRefunds(tl)()
			soon(tl, time.Minute, says(tl, schemas.RefundSuccess, refundWord(1)))
			soon(tl, 2*time.Minute, says(tl, schemas.RefundSuccess, refundWord(2)))
			soon(tl, hour, releaseGoods(tl))
			soon(tl, 2*hour, func() { tl.leaves("RP1") })
		})
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, usd(1000), v.Money.Refunded)
		require.Equal(t, usd(300), v.Money.Charged)
	})
}

func TestWhatWasSettledAsOneAmountIsNotTakenBackOnceAnyOfItIsPaid(t *testing.T) {
	t.Parallel()
	tooLate := func(tl *tale, lineID, why string) {
		a := send(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: lineID}}}, Reason: "staff_error"}, "", 0)
		refuses(tl, schemas.CodeTooLate, a)
		soon(tl, 0, func() { require.Contains(tl.t, a.refusal.Message, why) })
	}
	t.Run("by the customer", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 1216, 500, holdGoods)
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.in(schemas.ShipReplacement, func() {
			tooLate(tl, "1", "has made the customer pay")
			tooLate(tl, "2", "one amount with that on line 1, and the customer has paid it")
			releaseGoods(tl)()
		})
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Empty(t, tl.ordered)
	})
	t.Run("to the customer", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 300, 1000, holdGoods)
		tl.in(schemas.ShipReplacement, func() {
			tooLate(tl, "2", "has moved money")
			tooLate(tl, "1", "one amount with that on line 2, and money was ordered")
			says(tl, schemas.RefundSuccess, refundWord(1))()
			soon(tl, time.Minute, func() { tooLate(tl, "1", "one amount with that on line 2, and money was ordered") })
			soon(tl, hour, releaseGoods(tl))
			soon(tl, 2*hour, func() { tl.leaves("RP1") })
		})
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, usd(700), v.Money.Refunded)
	})
	t.Run("and what has paid for a replacement that is sent stays", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 500, 500)
		tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/2", SKU: "other"}))
		tl.in(schemas.OutOfStock, func() {
			tooLate(tl, "2", "has paid for the replacement of line 1, which was ordered to be sent")
			chooses(tl, "2", "refund")()
		})
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Empty(t, tl.ordered)
	})
	t.Run("but what it was paid for can be taken back, while the other is sent", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 500, 500)
		tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
		tl.takesBack(schemas.OutOfStock, func(schemas.View) {
			require.Equal(t, map[string]schemas.Money{"p-1": usd(500)}, tl.paidBack())
			tl.leaves("RP1")
			says(tl, schemas.RefundSuccess, refundWord(1))()
		}, "1")
		tl.in(schemas.WaitPayment, chooses(tl, "1", "refund"))
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Converted, v.Lines[0].Outcome)
		require.Equal(t, usd(500), v.Lines[1].Refunded)
		require.Zero(t, tl.successors[0].Predecessor.Handover.Lines[0].Spent, "its return pays the whole price")
	})
	t.Run("nor at all before the sixth edition", func(t *testing.T) {
		t.Parallel()
		tl := heldBothWays(t, 500, 500, holdGoods).ofEdition(5)
		tl.in(schemas.ShipReplacement, func() {
			tooLate(tl, "2", "has settled it as one amount with another article")
			releaseGoods(tl)()
		})
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	})
}
