package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A case that goes on before a person after it could not be a request.

// impossible is a line as intake finds it for a case before a person: what kept it from being a request is its verdict.
func impossible(id string, minor int64, code schemas.Code, units ...int) schemas.Line {
	l := line(id, minor)
	l.Units, l.Quantity, l.Code = units, max(1, len(units)), code
	l.Verdict = schemas.Verdict{Proposal: schemas.ProposeReview, Rule: "intake", Reason: string(code), Freight: schemas.TurnCustomer}
	l.Payable = usd(minor * int64(len(units)))
	return l
}

func beforeAPerson(t *testing.T, lines ...schemas.Line) *tale {
	tl := aReturn(t).finding(lines...)
	tl.caseID = "shop:r-1:2"
	tl.opening.Predecessor = &schemas.Predecessor{CaseID: "shop:r-1", Why: schemas.WhyRequestHuman, AtReview: true}
	tl.env.SetStartWorkflowOptions(startOptions(tl.caseID))
	return tl
}

func TestWhatCannotBeRefundedCannotBeGrantedAndNeverEndsAsCompleted(t *testing.T) {
	t.Parallel()
	tl := beforeAPerson(t, impossible("1", 0, schemas.CodeUnknownOrder), impossible("2", 8900, schemas.CodeHeldElsewhere))
	tl.in(schemas.Review, func() {
		refuses(tl, schemas.CodeNothingLeft, send(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}, "", 0))
		refuses(tl, schemas.CodeNothingLeft, send(tl, schemas.OfferMake, aSupervisor, schemas.MakeOffer{What: schemas.OfferRefundOnly}, "", 0))
		does(tl, schemas.CaseReply, anAgent, schemas.Message{TextID: "t-1"})()
		does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "unknown_order"})()
	})
	tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{TextID: "t-2"}))
	tl.in(schemas.Appeal, func() {
		refuses(tl, schemas.CodeNothingLeft, send(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: true, Reason: "kind"}, "", 0))
	})
	v := tl.run()
	require.Equal(t, schemas.Unresolvable, v.Outcome, "nobody decided the appeal, and there is nothing to grant")
	require.Empty(t, tl.ordered)
	require.Empty(t, tl.disposed)
}

func TestSilenceDoesNotGrantWhatCouldNotBeARequest(t *testing.T) {
	t.Parallel()
	v := beforeAPerson(t, impossible("1", 8900, schemas.CodeNothingLeft, 1, 2)).run()
	require.Equal(t, schemas.Unresolvable, v.Outcome)
	require.Equal(t, usd(0), v.Money.Refunded)
}

func TestAnApprovalGrantsWhatCanBeGrantedAndSaysSo(t *testing.T) {
	t.Parallel()
	tl := beforeAPerson(t, impossible("1", 8900, schemas.CodeNothingLeft, 2), impossible("2", 100, schemas.CodeAlreadySettled)).refundOnly()
	tl.in(schemas.Review, func() {
		refuses(tl, schemas.CodeOverLimit, send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "", 0))
		does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{})()
	})
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "already_settled"}))
	tl.in(schemas.RejectedAppealable, says(tl, schemas.RefundSuccess, schemas.RefundWord{RefundID: "shop:r-1:2/refund/1"}))
	v := tl.run()
	require.Equal(t, usd(8900), v.Money.Refunded)
	approved := named(v, schemas.ReviewApprove.Name)
	require.Len(t, approved, 1)
	require.Contains(t, approved[0].Message, "no more than 1 can be refunded")
	require.Contains(t, approved[0].Message, "Line(s) 2 stay in review")
}

func TestThePartsOfALineShareWhatIsLeftOfIt(t *testing.T) {
	t.Parallel()
	two := line("1", 10000)
	two.Quantity, two.Units, two.Payable = 2, []int{1, 2}, usd(15000)
	tl := aReturn(t).refundOnly().finding(two)
	tl.in(schemas.Review, func() {
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}})()
		does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used"})()
	})
	v := tl.in(schemas.RejectedAppealable, says(tl, schemas.RefundSuccess, refundWord(1))).run()
	require.Equal(t, usd(7500), v.Money.Refunded)
}

func TestNoMoreGoodsAreBookedThanALineHasUnits(t *testing.T) {
	t.Parallel()
	much := line("1", 8900)
	much.Quantity, much.Units, much.Payable = 1_000_000_000, []int{1, 2}, usd(17800)
	tl := aReturn(t).finding(much).approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Len(t, tl.disposed, 1)
	require.Equal(t, 2, tl.disposed[0].Quantity)
}
