package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

var aMistake = schemas.Revoke{Reason: "staff_error"}

func TestAMistakenApprovalIsTakenBackBeforeAnythingHasMoved(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 48881))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aManager, schemas.Approve{}))
	tl.in(schemas.WaitShipback, func() {
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.DecisionRevoke, anAgent, aMistake, "", 0))
		refuses(tl, schemas.CodeMissingField, send(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{}, "", 0))
		tl.env.RegisterDelayedCallback(does(tl, schemas.DecisionRevoke, aSupervisor, aMistake), time.Minute)
	})
	tl.in(schemas.Review, func() {
		require.Nil(t, tl.last().Lines[0].Approver)
		does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "out_of_window"})()
	})
	v := tl.run()
	require.Equal(t, schemas.RejectedFinal, v.Outcome)
	require.Contains(t, tl.told(), "decision.revoked", "the customer is told, with the reason")
	taken := named(v, schemas.DecisionRevoke.Name)
	require.Len(t, taken, 1)
	require.Equal(t, "staff_error", taken[0].Data["reason"])
	require.Equal(t, 1, tl.task("decision_revoked"))
}

func TestAMistakenRefusalIsTakenBackWithoutAnAppeal(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used"}))
	tl.in(schemas.RejectedAppealable, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
	v := tl.approvedAndShipped().inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Nil(t, v.Lines[0].Rejection)
}

func TestMoneyThatWasApprovedByMistakeNeedsAnotherPersonAndPaidMoneyStaysPaid(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 150000))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, func() {
		refuses(tl, schemas.CodeWrongState, send(tl, schemas.DecisionRevoke, aManager, aMistake, "", 0))
		says(tl, schemas.ParcelDeliver, parcelWord("SF1"))()
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.RefundApproved, func() {
		refuses(tl, schemas.CodeFourEyes, send(tl, schemas.DecisionRevoke, aSupervisor, aMistake, "", 0))
		tl.env.RegisterDelayedCallback(does(tl, schemas.DecisionRevoke, aManager, aMistake), time.Minute)
	})
	tl.in(schemas.Received, func() {
		v := tl.last()
		require.NotNil(t, v.Approvals[0].DecidedBy, "nobody grants a refund that was taken back")
		require.Empty(t, v.Lines[0].Disposition, "somebody looks at the goods anew")
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.in(schemas.RefundApproved, does(tl, schemas.ApprovalGrant, who(schemas.RoleSupervisor, "supervisor-2"), schemas.DecideApproval{}))
	tl.in(schemas.RefundProcessing, func() {
		refuses(tl, schemas.CodeWrongState, send(tl, schemas.DecisionRevoke, aManager, aMistake, "", 0))
		says(tl, schemas.RefundSuccess, refundWord(1))()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(150000), v.Money.Refunded)
	require.Len(t, tl.ordered, 1)
}

func TestAMistakenFindingIsTakenBackAndTheLawsClockRunsAgain(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approvedAndShipped().failsInspection(nil, schemas.FindingWrongItem)
	tl.in(schemas.InspectionFailed, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
	tl.in(schemas.Received, func() {
		v := tl.last()
		require.Empty(t, v.Lines[0].Finding)
		law := false
		for _, k := range v.Clocks {
			law = law || (k.Name == "law.refund" && k.StartedAt.Equal(*v.Parcels[0].DeliveredAt))
		}
		require.True(t, law, "it counts from the arrival, whatever was found by mistake")
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestAMistakenAdvanceGivesTheDepositBack(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 5784)
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
	tl.in(schemas.WaitPayment, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
	tl.in(schemas.Review, func() { does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})() })
	tl.ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("3")))
	tl.replacementLeaves()
	tl.in(schemas.ReplacementInTransit, func() {
		refuses(tl, schemas.CodeWrongState, send(tl, schemas.DecisionRevoke, aManager, aMistake, "", 0))
		does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{})()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"released shop:r-1/charge/1"}, tl.deposits)
	require.Contains(t, tl.lapsed, "shop:r-1/charge/2", "what was asked for by mistake can no longer be paid")
	require.Equal(t, usd(1000), v.Money.Charged)
	require.Empty(t, tl.ordered)
}

// The label was out already, and the customer has used it before anybody could say no.
func TestGoodsThatComeAfterTheirApprovalWasTakenBackAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).because(schemas.Defective).finding(faulty("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	label := ""
	tl.in(schemas.WaitShipback, func() {
		soon(tl, time.Hour, func() {
			label = tl.last().Lines[0].Waybill
			require.NotEmpty(t, label)
			does(tl, schemas.DecisionRevoke, aSupervisor, aMistake)()
			soon(tl, time.Hour, says(tl, schemas.ParcelDeliver, schemas.ParcelWord{Waybill: label}))
			soon(tl, 2*time.Hour, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
		})
	})
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.TurnWarehouse, v.Lines[0].GoodsWith)
	require.NotEmpty(t, named(v, schemas.InspectionPass.Name), "the goods are looked at, and nobody is to send them twice")
}

// And if they come while the customer is asked for something, and does not answer, they do not stay with us for nothing.
func TestGoodsThatComeWhileInformationIsAwaitedAreNotForgotten(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).because(schemas.Defective).finding(faulty("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.in(schemas.WaitShipback, func() {
		soon(tl, time.Hour, func() {
			label := tl.last().Lines[0].Waybill
			does(tl, schemas.DecisionRevoke, aSupervisor, aMistake)()
			soon(tl, time.Minute, does(tl, schemas.ReviewRequestInfo, anAgent, schemas.RequestInfo{Wanted: []string{"photo"}}))
			soon(tl, time.Hour, says(tl, schemas.ParcelDeliver, schemas.ParcelWord{Waybill: label}))
		})
	})
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.NotEmpty(t, named(v, schemas.InspectionPass.Name))
}
