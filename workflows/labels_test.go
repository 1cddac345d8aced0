package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Whichever label a customer was ever given, the goods may come in that one, and then they are here.

// takenBack is a label whose approval was taken back before anybody had seen the parcel.
func takenBack() schemas.Parcel {
	return schemas.Parcel{
		Waybill: "LBL1", Carrier: "sandbox", Direction: schemas.ToMerchant, PaidBy: schemas.TurnMerchant, Status: schemas.ParcelExpected, Superseded: true,
		Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}},
	}
}

// withTheCustomer is a line that goes on with its goods at the customer, who pays the way back and has named no parcel.
var withTheCustomer = schemas.HandedLine{GoodsWith: schemas.TurnCustomer, Freight: schemas.TurnCustomer}

// endsPaid ends a return that goes on in a second case.
func (tl *tale) endsPaid() schemas.View {
	tl.t.Helper()
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
	v := tl.answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(tl.t, schemas.Completed, v.Outcome)
	require.Equal(tl.t, usd(4784), v.Money.Refunded)
	return v
}

func TestALabelWhoseApprovalWasTakenBackGoesOnWithItsLines(t *testing.T) {
	t.Parallel()
	tl := aReturnOfOne(t).because(schemas.Defective)
	l := faulty("1", 4784)
	l.ProductID = "p"
	tl.finding(l).approved()
	label := ""
	tl.in(schemas.WaitShipback, func() {
		soon(tl, time.Hour, func() {
			label = tl.last().Lines[0].Waybill
			does(tl, schemas.DecisionRevoke, aSupervisor, aMistake)()
			soon(tl, time.Hour, does(tl, schemas.CaseConvert, theCustomer, wantsBlue))
		})
	})
	_, o := tl.goneOn()
	require.NotEmpty(t, label)
	require.Empty(t, o.Predecessor.Handover.Lines[0].Waybill, "nobody is to use it")
	require.True(t, o.Predecessor.Handover.Has(label), "and if the customer does, the exchange hears of it")
}

func TestGoodsThatComeInALabelOfTheCaseBeforeAreTheGoods(t *testing.T) {
	t.Parallel()
	tl := goesOnAsReturn(t, withTheCustomer, takenBack())
	tl.in(schemas.WaitShipback, says(tl, schemas.ParcelDeliver, parcelWord("LBL1")))
	require.Equal(t, "LBL1", tl.endsPaid().Lines[0].Waybill)
}

func TestNoLineExpiresBeforeTheCarrierWasAskedAboutTheLabelOfTheCaseBefore(t *testing.T) {
	t.Parallel()
	moved := started.Add(48 * time.Hour)
	tl := goesOnAsReturn(t, withTheCustomer, takenBack())
	tl.trace = func(o schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: o.Waybill == "LBL1", Status: schemas.ParcelDelivered, MovedAt: &moved}, nil
	}
	tl.endsPaid()

	tl = goesOnAsReturn(t, withTheCustomer, takenBack())
	require.Equal(t, schemas.Expired, tl.run().Outcome, "nobody has seen it")
	require.Contains(t, tl.calls, schemas.ParcelTrace.Name)
}

func TestAWithdrawalAsksAboutTheLabelOfTheCaseBefore(t *testing.T) {
	t.Parallel()
	moved := started.Add(time.Hour)
	tl := goesOnAsReturn(t, withTheCustomer, takenBack())
	tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: true, Status: schemas.ParcelDelivered, MovedAt: &moved}, nil
	}
	tl.later(schemas.WaitShipback, 2*time.Hour, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	tl.in(schemas.SendBack, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
	require.Contains(t, tl.calls, schemas.ParcelSendBack.Name, "what has come goes home")
}

func TestAReopenedCaseKnowsEveryLabelTheCustomerHas(t *testing.T) {
	t.Parallel()
	at := started.Add(time.Hour)
	seen, other, away := takenBack(), takenBack(), takenBack()
	seen.Waybill, seen.Status, seen.MovedAt = "SEEN", schemas.ParcelDelivered, &at
	other.Waybill, other.Lines = "OTHER", []schemas.PickLine{{LineID: "2", Quantity: 1}}
	away.Waybill, away.Direction = "HOME", schemas.ToCustomer
	l := line("1", 4784)
	l.State, l.Outcome, l.GoodsWith = schemas.Closed, schemas.Expired, schemas.TurnCustomer
	v := schemas.View{ClosedAt: &at, Outcome: schemas.Expired, Lines: []schemas.Line{l}, Parcels: []schemas.Parcel{seen, other, away, takenBack()}}
	over := v.HandOver(schemas.Request{Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}}})
	require.Equal(t, []schemas.Parcel{takenBack()}, over.Parcels, "and none that has come before, is another line's, or goes the other way")
}

func TestGoodsThatComeAfterTheirLineHasExpiredAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	tl := onLabel(t)
	tl.in(schemas.FollowUp, says(tl, schemas.ParcelDeliver, parcelWord("LBL1")))
	tl.later(schemas.FollowUp, 25*time.Hour, func() {
		v := tl.last()
		require.Equal(t, schemas.Expired, v.Lines[0].Outcome)
		require.Equal(t, schemas.TurnWarehouse, v.Lines[0].GoodsWith, "the case says where they are")
		require.Equal(t, 1, tl.task("late_fact"))
		does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo})()
	})
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
	v := tl.inspectedAndRefunded().run()
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.NotEmpty(t, named(v, schemas.InspectionPass.Name))
}

func TestGoodsThatCameAfterTheirLineHadExpiredGoHomeWhereNobodyDecides(t *testing.T) {
	t.Parallel()
	l := notOwed("1", 4784)
	l.Verdict.Freight = schemas.TurnMerchant
	tl := aReturn(t).because(schemas.Defective).finding(l)
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: map[schemas.Direction]string{schemas.ToMerchant: "LBL1", schemas.ToCustomer: "HOME1"}[o.Direction], Carrier: "sandbox", Direction: o.Direction}, nil
	}
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
	tl.in(schemas.FollowUp, says(tl, schemas.ParcelDeliver, parcelWord("LBL1")))
	tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo}))
	tl.in(schemas.SendBack, func() { says(tl, schemas.ParcelDeliver, parcelWord("HOME1"))() })
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Lines[0].Outcome)
	require.Equal(t, schemas.TurnCustomer, v.Lines[0].GoodsWith)
}

func TestADutyOfTheLawThatWasMissedIsMissedOnce(t *testing.T) {
	t.Parallel()
	delivered := started.Add(-30 * 24 * time.Hour)
	tl := goesOnAsReturn(t, schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1"},
		schemas.Parcel{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelDelivered, DeliveredAt: &delivered})
	tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingWrongItem, EvidenceIDs: []string{"photo-1"}}))
	tl.in(schemas.InspectionFailed, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
	v := tl.endsPaid()
	missed := 0
	for _, e := range named(v, schemas.EventExpired) {
		if e.Data["clock"] == "law.refund" {
			missed++
		}
	}
	require.Equal(t, 1, missed, "taking a finding back is no second breach")
	require.True(t, v.LegalBreach)
}

func TestACustomerWhoWasAskedForSomethingMayHaveUsedTheLabelBefore(t *testing.T) {
	t.Parallel()
	moved := started.Add(time.Hour)
	for status, next := range map[schemas.ParcelStatus]schemas.State{
		schemas.ParcelDelivered: schemas.Received, schemas.ParcelMoving: schemas.ReturnInTransit, schemas.ParcelLost: schemas.RefundProcessing, schemas.ParcelExpected: schemas.FollowUp,
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			tl := onLabel(t)
			tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
				return schemas.TraceAnswer{Known: true, Status: status, MovedAt: &moved}, nil
			}
			tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
			tl.in(schemas.Review, does(tl, schemas.ReviewRequestInfo, anAgent, schemas.RequestInfo{Wanted: []string{"photo"}}))
			if next == schemas.FollowUp {
				require.Equal(t, schemas.Expired, tl.run().Outcome, "nobody has seen it")
				return
			}
			tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
			switch next {
			case schemas.ReturnInTransit:
				tl.in(schemas.ReturnInTransit, says(tl, schemas.GoodsReceived, parcelWord("LBL1")))
				fallthrough
			case schemas.Received:
				tl.inspectedAndRefunded()
			default:
				tl.refunded()
			}
			require.Equal(t, usd(4784), tl.answersSurvey(4, schemas.SolvedYes).run().Money.Refunded)
		})
	}
}

func TestWhatMayHaveComeAlongInTheLabelOfTwoLinesIsLookedFor(t *testing.T) {
	t.Parallel()
	tl := onLabel(t).finding(faulty("1", 4784), faulty("2", 48881)).looksUp(schemas.RefundSucceeded)
	moved := started.Add(5 * time.Hour)
	tl.trace = func(o schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: o.Waybill == "LBL1", Status: schemas.ParcelDelivered, MovedAt: &moved}, nil
	}
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{OnLines: one, Carrier: "SF", Waybill: "SF1"}))
	tl.later(schemas.WaitShipback, 4*time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("LBL1")))
	tl.in(schemas.Received, func() {
		v := tl.last()
		require.Equal(t, schemas.Closed, v.Lines[1].State, "what was known to be in it is settled")
		require.Equal(t, schemas.TurnWarehouse, v.Lines[0].GoodsWith, "nobody has ever seen the other parcel")
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	require.Equal(t, usd(4784+48881), tl.answersSurvey(4, schemas.SolvedYes).run().Money.Refunded)
}

func TestGoodsThatComeAlongAfterTheirLineHasExpiredAreATask(t *testing.T) {
	t.Parallel()
	tl := onLabel(t).finding(faulty("1", 4784), faulty("2", 48881)).looksUp(schemas.RefundSucceeded)
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ShipbackExtend, theCustomer, one))
	tl.later(schemas.WaitShipback, 8*24*time.Hour, func() {
		require.Equal(t, schemas.Expired, tl.last().Lines[1].Outcome)
		says(tl, schemas.ParcelDeliver, parcelWord("LBL1"))()
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	v := tl.answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Equal(t, schemas.TurnWarehouse, v.Lines[1].GoodsWith)
	require.Equal(t, 1, tl.task("late_fact"))
}

func TestWhoWithdrawsOneArticleOfALabelMaySendTheOther(t *testing.T) {
	t.Parallel()
	tl := onLabel(t).finding(faulty("1", 4784), faulty("2", 48881)).looksUp(schemas.RefundSucceeded)
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{OnLines: one}))
	tl.later(schemas.WaitShipback, 24*time.Hour, func() {
		v := tl.last()
		require.Equal(t, schemas.Withdrawn, v.Lines[0].Outcome)
		require.Equal(t, schemas.WaitShipback, v.Lines[1].State)
		says(tl, schemas.ParcelDeliver, parcelWord("LBL1"))()
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	require.Equal(t, usd(48881), tl.answersSurvey(4, schemas.SolvedYes).run().Money.Refunded)
}
