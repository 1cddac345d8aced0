package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Old goods that come before it is their turn, in a label that was given before.

// advanceAfterALabel is an exchange whose customer has a label, and whose replacement is to leave first after all. It costs more.
func advanceAfterALabel(t *testing.T) *tale {
	t.Helper()
	tl := anExchange(t, 6000, func(l *schemas.Line) { l.Verdict.Freight = schemas.TurnMerchant }).because(schemas.Defective)
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LBL1", Carrier: "sandbox", Direction: o.Direction}, nil
	}
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
	return tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
}

// unpaid is the provider's word on what its customer has not paid, or on what is held of it.
func unpaid(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
	status := schemas.ChargeAccepted
	if q.ChargeID == "shop:r-1/charge/1" {
		status = schemas.ChargeHeld
	}
	return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: status}, nil
}

func TestGoodsThatComeBeforeTheReplacementIsPaidForAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	tl := advanceAfterALabel(t)
	tl.charged = unpaid
	tl.in(schemas.WaitPayment, says(tl, schemas.ParcelDeliver, parcelWord("LBL1")))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome, "nobody pays")
	handed := tl.successors[0].Predecessor.Handover
	require.Equal(t, schemas.TurnWarehouse, handed.Lines[0].GoodsWith, "the return knows that they are here")
	require.Equal(t, "LBL1", handed.Lines[0].Waybill)
	require.True(t, handed.Has("LBL1"))
}

func TestACaseThatBeganBeforeAsksForThemAgain(t *testing.T) {
	t.Parallel()
	tl := advanceAfterALabel(t).ofEdition(4)
	tl.charged = unpaid
	tl.in(schemas.WaitPayment, says(tl, schemas.ParcelDeliver, parcelWord("LBL1")))
	tl.run()
	require.Equal(t, schemas.TurnCustomer, tl.successors[0].Predecessor.Handover.Lines[0].GoodsWith)
}

func TestGoodsThatComeBeforeTheReplacementAreLookedAtOnceItsCustomerHasIt(t *testing.T) {
	t.Parallel()
	tl := advanceAfterALabel(t)
	tl.in(schemas.WaitPayment, func() {
		says(tl, schemas.ParcelDeliver, parcelWord("LBL1"))()
		soon(tl, time.Hour, says(tl, schemas.PaymentSuccess, chargeWord("2")))
	})
	tl.replacementLeaves().replacementConfirmed()
	tl.in(schemas.Received, func() {
		require.True(t, tl.last().Lines[0].Replacement.Both)
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.NotContains(t, tl.told(), "exchange.send_old", "they are here")
	require.Len(t, tl.disposed, 1)
}

func TestAReopenedCaseCountsOnTheLastLabel(t *testing.T) {
	t.Parallel()
	last := takenBack()
	last.Waybill, last.Superseded = "LBL2", false
	handed := schemas.HandedLine{GoodsWith: schemas.TurnCustomer, Waybill: "LBL1", Outcome: schemas.Expired, Freight: schemas.TurnMerchant}
	reopened := func() *tale {
		return reopenedWith(aReturn(t), handed, func(h *schemas.Handover) { h.Parcels = []schemas.Parcel{takenBack(), last} })
	}
	t.Run("whose goods come", func(t *testing.T) {
		tl := reopened()
		tl.in(schemas.Review, func() {
			says(tl, schemas.ParcelDeliver, parcelWord("LBL2"))()
			soon(tl, time.Hour, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
		})
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
		require.Equal(t, usd(4784), tl.answersSurvey(4, schemas.SolvedYes).run().Money.Refunded)
	})
	t.Run("and asks about it before the customer's silence ends anything", func(t *testing.T) {
		tl := reopened()
		var asked []string
		tl.trace = func(o schemas.TraceOrder) (schemas.TraceAnswer, error) {
			asked = append(asked, o.Waybill)
			return schemas.TraceAnswer{Known: true, Status: schemas.ParcelExpected}, nil
		}
		tl.in(schemas.Review, does(tl, schemas.ReviewRequestInfo, aSupervisor, schemas.RequestInfo{Wanted: []string{"photo"}}))
		require.Equal(t, schemas.Expired, tl.run().Outcome)
		require.Equal(t, []string{"LBL2", "LBL1"}, asked)
	})
}
