package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A decision whose money was not ordered yet: it is kept back, or waits for its second person. It can be taken back like any other.

func holdRefunds(tl *tale) func() {
	return does(tl, schemas.HoldSet, aFinancier, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "checking"})
}

func releaseRefunds(tl *tale) func() {
	return does(tl, schemas.HoldRelease, aFinancier, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "checked"})
}

// keptBack is an exchange for a cheaper article that cannot be had after all, whose difference a hold keeps back.
func keptBack(t *testing.T) *tale {
	t.Helper()
	tl := anExchange(t, 3000).oldGoodsPass().looksUp(schemas.RefundSucceeded)
	approve := tl.steps[0].do
	tl.steps[0].do = func() { holdRefunds(tl)(); approve() }
	return tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
}

func TestADecisionWhoseMoneyIsOnlyKeptBackIsTakenBack(t *testing.T) {
	t.Parallel()
	tl := keptBack(t)
	tl.in(schemas.OutOfStock, func() {
		require.True(t, tl.last().Money.Entries[0].Held)
		does(tl, schemas.DecisionRevoke, aSupervisor, aMistake)()
	})
	tl.in(schemas.Received, func() {
		v := tl.last()
		require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
		require.Zero(t, v.Lines[0].Replacement.GivesBack)
		releaseRefunds(tl)()
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.RefundSuccess, refundWord(2)))
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1)
	require.Equal(t, usd(1784), v.Money.Refunded, "once, and as much as the other article costs less")
}

func TestADecisionWhoseMoneyWaitsForItsSecondPersonIsTakenBackByAnotherThanItsApprover(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 0).finding(func() schemas.Line {
		l := line("1", 250000)
		l.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(100000)}
		return l
	}()).oldGoodsPass().looksUp(schemas.RefundSucceeded)
	tl.steps[0].do = does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{})
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
	tl.in(schemas.OutOfStock, func() {
		refuses(tl, schemas.CodeFourEyes, send(tl, schemas.DecisionRevoke, aSupervisor, aMistake, "", 0))
		soon(tl, time.Minute, does(tl, schemas.DecisionRevoke, aManager, aMistake))
	})
	tl.in(schemas.Received, func() {
		require.Zero(t, tl.last().Lines[0].Replacement.GivesBack)
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/2", SKU: "other"}))
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
	require.Equal(t, schemas.Converted, tl.run().Outcome)
	require.Empty(t, tl.ordered)
}

func TestADecisionIsTakenBackUntilTheWarehouseIsAskedToSend(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass()
	hold := schemas.ChangeHold{Hold: schemas.ShipmentHold, Reason: "checking"}
	approve := tl.steps[0].do
	tl.steps[0].do = func() { does(tl, schemas.HoldSet, aSupervisor, hold)(); approve() }
	tl.in(schemas.ShipReplacement, func() {
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.DecisionRevoke, anAgent, aMistake, "", 0))
		soon(tl, time.Minute, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
	})
	tl.in(schemas.Received, func() {
		does(tl, schemas.HoldRelease, aSupervisor, hold)()
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.in(schemas.ShipReplacement, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.DecisionRevoke, aSupervisor, aMistake, "", 0))
		tl.leaves("RP1")
	})
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 1)
}

func TestWhatIsKeptBackForOtherLinesStaysKeptBackForThem(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 0)
	tl.opening.Request.Lines = append(tl.opening.Request.Lines, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "other"})
	one, two := line("1", 4784), line("2", 2000)
	one.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(4000)}
	two.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(1500)}
	tl.finding(one, two).oldGoodsPass()
	approve := tl.steps[0].do
	tl.steps[0].do = func() { holdRefunds(tl)(); approve() }
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
	onOne := schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}}}
	tl.in(schemas.OutOfStock, does(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{OnLines: onOne, Reason: "staff_error"}))
	tl.in(schemas.Received, func() {
		kept := tl.last().Money.Entries
		require.Equal(t, []any{schemas.RefundCancelled, usd(1284)}, []any{kept[0].Status, kept[0].Amount})
		require.Equal(t, []any{true, usd(500)}, []any{kept[1].Held, kept[1].Amount}, "line 2 is owed what it was")
		releaseRefunds(tl)()
		soon(tl, time.Minute, says(tl, schemas.RefundSuccess, refundWord(2)))
		soon(tl, hour, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingWrongItem, EvidenceIDs: []string{"photo-9"}}))
		tl.leaves("RP1")
	})
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
	tl.in(schemas.SendBack, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, usd(500), v.Money.Refunded)
	require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
	require.Len(t, tl.ordered, 1)
}

func TestBeforeTheFifthEditionMoneyThatWasKeptBackCountedAsMoved(t *testing.T) {
	t.Parallel()
	tl := keptBack(t).ofEdition(4)
	tl.in(schemas.OutOfStock, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.DecisionRevoke, aSupervisor, aMistake, "", 0))
		releaseRefunds(tl)()
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"})()
	})
	require.Equal(t, schemas.Converted, tl.run().Outcome)
}
