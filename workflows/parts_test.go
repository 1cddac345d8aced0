package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// one names one piece of line 1.
var one = schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}

// ofTwo makes a line one of two pieces.
func ofTwo(l *schemas.Line) { l.Quantity, l.Units = 2, []int{1, 2} }

func TestAPartOfALineIsNotMergedAwayWhileItsRefundIsUnderWay(t *testing.T) {
	t.Parallel()
	two := line("1", 1000)
	ofTwo(&two)
	tl := aReturn(t).refundOnly().finding(two).approved()
	tl.in(schemas.RefundProcessing, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.CaseMerge, anAgent, schemas.Merge{OnLines: one, Into: "shop:r-2", Reason: "duplicate"}, "", 0))
		require.Len(t, tl.last().Lines, 1)
		says(tl, schemas.RefundSuccess, refundWord(1))()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(2000), v.Money.Refunded)
}

func TestThePartsOfALineShareTheDifferenceThatIsOnItsWay(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000, ofTwo).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, func() {
		require.Equal(t, usd(1568), tl.ordered[0].Amount)
		does(tl, schemas.ReplacementConfirm, theCustomer, one)()
	})
	tl.later(schemas.ReplacementInTransit, time.Hour, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.later(schemas.ReplacementInTransit, time.Hour, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1)
	require.Len(t, v.Lines, 2)
	for _, l := range v.Lines {
		require.Equal(t, usd(784), l.Refunded)
	}
}

func TestWhatIsKeptForALineIsKeptAnewForThePartThatIsSent(t *testing.T) {
	t.Parallel()
	var kept []schemas.StockOrder
	tl := anExchange(t, 4784, ofTwo)
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		kept = append(kept, o)
		return schemas.StockReceipt{Key: o.Key, Held: true}, nil
	}
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: one}))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used", EvidenceIDs: []string{"photo-1"}}))
	// The case stands where the refused piece does; the other one goes on.
	tl.in(schemas.RejectedAppealable, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.RejectedAppealable, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.RejectedAppealable, func() { tl.leaves("RP1") })
	tl.in(schemas.RejectedAppealable, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Len(t, tl.shipped, 1)
	require.Equal(t, []int{2, 1}, []int{kept[0].Quantity, kept[1].Quantity})
	require.Equal(t, []schemas.ShipLine{{LineID: "1", SKU: "other", Quantity: 1, StockKey: kept[1].Key}}, tl.shipped[0].Goods)
	require.Contains(t, tl.freed, kept[0].Key, "nobody needs the two any more")
	require.NotContains(t, tl.freed, kept[1].Key)
}

func TestAnEscalationEndsWithTheLinesItAskedAbout(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 1000), notOwed("2", 1000))
	on := func(id string) schemas.OnLines {
		return schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}}
	}
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{OnLines: on("2"), Reason: "used", EvidenceIDs: []string{"photo-1"}}))
	tl.later(schemas.Review, 31*time.Hour, func() {
		require.Equal(t, 4, tl.last().Level, "line 1 is escalated")
		does(tl, schemas.CaseProvideInfo, theCustomer, schemas.ProvideInfo{EvidenceIDs: []string{"photo-2"}})()
		tl.env.RegisterDelayedCallback(does(tl, schemas.ReviewApprove, aManager, schemas.Approve{OnLines: on("1")}), time.Minute)
	})
	v := tl.run()
	require.Equal(t, schemas.Unresolvable, v.Lines[1].Outcome, "somebody was asked about line 2 as well, and in the end nobody had decided")
}
