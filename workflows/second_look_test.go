package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

var secondInspector = who(schemas.RoleInspector, "inspector-2")

// costly is a return of goods that are worth more than one person decides on, and that an inspector finds used.
func costly(t *testing.T, waits func(tl *tale)) *tale {
	t.Helper()
	tl := aReturn(t).finding(line("1", 150000)).approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, func() {
		less := usd(40000)
		does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-1"}})()
		soon(tl, time.Minute, func() { waits(tl) })
	})
	return tl
}

func TestAFindingOnCostlyGoodsCountsOnceASecondPersonHasLooked(t *testing.T) {
	t.Parallel()
	tl := costly(t, func(tl *tale) {
		v := tl.last()
		require.Equal(t, schemas.Received, v.State)
		require.Empty(t, v.Lines[0].Finding)
		require.Contains(t, v.Waiting, "finding of 400.00 USD")
		require.NotContains(t, tl.told(), "inspect.fail", "the customer is told nothing that does not count yet")
		require.NotEmpty(t, tl.toldStaff("staff.approval"))
		require.NotNil(t, duty(v, "law.refund"), "nothing is in dispute yet")
		refuses(tl, schemas.CodeFourEyes, send(tl, schemas.ApprovalGrant, anInspector, schemas.DecideApproval{}, "", 0))
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{}, "", 0))
		refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.InspectionFail, secondInspector, schemas.Fail{Finding: schemas.FindingDamaged, EvidenceIDs: []string{"photo-2"}}, "", 0))
		does(tl, schemas.ApprovalGrant, secondInspector, schemas.DecideApproval{})()
	})
	tl.in(schemas.InspectionFailed, func() {
		v := tl.last()
		require.Equal(t, usd(110000), v.Lines[0].Offer.Amount)
		require.Equal(t, anInspector, v.Lines[0].Offer.By)
		require.Empty(t, v.Lines[0].Unconfirmed)
		require.Contains(t, tl.told(), "inspect.fail")
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{})()
	})
	tl.in(schemas.RefundApproved, func() { soon(tl, time.Minute, does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})) })
	tl.refunded().answersSurvey(3, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(110000), v.Money.Refunded)
}

func TestAFindingThatASecondPersonDoesNotShareIsInspectedAnew(t *testing.T) {
	t.Parallel()
	tl := costly(t, func(tl *tale) {
		does(tl, schemas.ApprovalRefuse, aSupervisor, schemas.DecideApproval{Reason: "as_declared"})()
		soon(tl, time.Minute, func() {
			require.Equal(t, schemas.Received, tl.last().State)
			require.Empty(t, tl.last().Lines[0].Unconfirmed)
			does(tl, schemas.InspectionPass, secondInspector, schemas.Pass{})()
		})
	})
	tl.in(schemas.RefundApproved, func() { soon(tl, time.Minute, does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})) })
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(150000), v.Money.Refunded)
}

func TestAFindingAtWhichNobodyLooksASecondTimeIsNotHeldAgainstTheCustomer(t *testing.T) {
	t.Parallel()
	tl := costly(t, func(*tale) {})
	tl.in(schemas.RefundApproved, func() { soon(tl, time.Minute, does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})) })
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(150000), v.Money.Refunded)
	require.NotContains(t, tl.told(), "inspect.fail")
	require.NotNil(t, v.Approvals[0].DecidedBy)
	require.False(t, v.Approvals[0].Granted)
}

func TestACostlyFindingThatTakesNothingOffNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	nothing := usd(0)
	tl := aReturn(t).finding(line("1", 150000)).approvedAndShipped().failsInspection(&nothing, schemas.FindingUsed)
	tl.in(schemas.InspectionFailed, func() {
		require.Empty(t, tl.last().Approvals)
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{})()
	})
	tl.in(schemas.RefundApproved, func() { soon(tl, time.Minute, does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})) })
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, usd(150000), tl.run().Money.Refunded)
}

func TestASecondLookAtTheGoodsOfAnExchange(t *testing.T) {
	t.Parallel()
	for _, grants := range []bool{true, false} {
		tl := anExchange(t, 150000, func(l *schemas.Line) { l.UnitPrice = usd(150000) }).approved().ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, func() {
			less := usd(40000)
			does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-1"}})()
			if grants {
				soon(tl, time.Minute, does(tl, schemas.ApprovalGrant, secondInspector, schemas.DecideApproval{}))
			}
		})
		if grants {
			tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
			tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		}
		tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, map[bool]schemas.Outcome{true: schemas.CompletedPartial, false: schemas.Completed}[grants], v.Outcome)
	}
}
