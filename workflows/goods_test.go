package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// faulty is a line whose reason is the merchant's fault: the merchant pays the way back.
func faulty(id string, minor int64) schemas.Line {
	l := line(id, minor)
	l.Verdict.Freight = schemas.TurnMerchant
	return l
}

func (tl *tale) because(reason schemas.Reason) *tale {
	tl.opening.Request.Reason = reason
	return tl
}

func (tl *tale) approved() *tale {
	return tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
}

func (tl *tale) ships() *tale {
	return tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
}

func TestTheMerchantBooksTheWayBackWhereTheFaultIsItsOwn(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).because(schemas.Defective).finding(faulty("1", 4784)).approved()
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LBL1", Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelScanned, parcelWord("LBL1")))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.GoodsReceived, parcelWord("LBL1")))
	tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.TurnMerchant, v.Parcels[0].PaidBy)
	require.Contains(t, tl.calls, "parcel.label")
	require.NotContains(t, tl.calls, "parcel.register")
}

func TestACustomerWhoNeverShipsIsRemindedTwiceAndThenTheCaseExpires(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved()
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	require.Equal(t, 2, count(tl.told(), "return.reminder"))
	require.Len(t, tl.released, 1, "the units are free for a new request while the right lasts")
	for _, e := range v.Events {
		if e.Name == schemas.EventExpired && e.Data["clock"] == "return.wait_shipback" {
			require.Equal(t, 7*24*time.Hour, e.At.Sub(started).Truncate(time.Hour))
		}
	}
}

func TestTheWayBackIsExtendedOnce(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved()
	tl.in(schemas.WaitShipback, func() {
		does(tl, schemas.ShipbackExtend, theCustomer, schemas.OnLines{})()
		tl.env.RegisterDelayedCallback(func() {
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ShipbackExtend, theCustomer, schemas.OnLines{}, "", 0))
		}, time.Minute)
	})
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	for _, e := range v.Events {
		if e.Name == schemas.EventExpired && e.Data["clock"] == "return.shipback_extension" {
			require.Equal(t, 14*24*time.Hour, e.At.Sub(started).Truncate(time.Hour), "seven days more, counted from the end of the first seven")
			return
		}
	}
	t.Fatal("the extension never ran out")
}

func TestAParcelThatTheCarrierDoesNotKnowIsTheCustomersTurnAgain(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships()
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome, "a number that was never handed over does not stop the clock for ever")
	require.Contains(t, tl.told(), "parcel.unknown", "the customer is told that it is their turn, and until when")
	require.NotEmpty(t, named(v, schemas.EventTraced))
}

func TestAParcelOfAnotherCustomersIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, edition := range map[string]int{"asked by the call that registers it": schemas.Edition, "asked by a call of its own": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := aReturn(t).finding(line("1", 4784)).ofEdition(edition).approved().ships()
			tl.waybill = func(q schemas.WaybillQuestion) schemas.Judged {
				if q.Waybill == "SF2" {
					return schemas.Judged{}
				}
				return schemas.Judged{Refusal: &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "parcel SF1 is another customer's."}}
			}
			var registered []string
			knows := tl.parcel
			tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
				registered = append(registered, o.Waybill)
				return knows(o)
			}
			tl.in(schemas.WaitShipback, func() {
				require.Empty(t, tl.last().Parcels, "its facts do not lead here")
				require.Empty(t, registered, "the carrier is not asked about it")
				does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF2"})()
			})
			tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF2")))
			tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
			v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
			require.Equal(t, schemas.Completed, v.Outcome)
			require.Contains(t, tl.told(), "parcel.unknown")
			require.Equal(t, []string{"SF2"}, registered)
			require.Equal(t, edition < 3, slices.Contains(tl.calls, schemas.WaybillFree.Name))
		})
	}
}

func TestAParcelThatIsFoundDeliveredByATraceGoesOn(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships()
	tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: true, Status: schemas.ParcelDelivered}, nil
	}
	tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestAParcelLostOnTheMerchantsLabelIsPaidAtOnce(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).because(schemas.Damaged).finding(faulty("1", 4784)).approved()
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LBL1", Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelScanned, parcelWord("LBL1")))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelLoss, parcelWord("LBL1")))
	tl.refunded().answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.ParcelLost, v.Parcels[0].Status)
	require.Empty(t, tl.disposed)
	require.Equal(t, 1, tl.task("carrier_claim"), "the customer does not wait for the carrier's money; somebody claims it")
}

func TestAParcelLostOnTheCustomersWayIsJudgedByAPerson(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelScanned, parcelWord("SF1")))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelLoss, parcelWord("SF1")))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Reason: "proof_of_shipping"}))
	tl.refunded().answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "lost_parcel", tl.toldStaff("staff.task")[0].Vars["task"])
}

func TestAParcelThatStaysAwayForTenDaysCountsAsLost(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).because(schemas.Defective).finding(faulty("1", 4784)).approved()
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LBL1", Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: true, Status: schemas.ParcelMoving}, nil
	}
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelScanned, parcelWord("LBL1")))
	tl.refunded().answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.GreaterOrEqual(t, len(named(v, schemas.EventTraced)), 3)
}

func TestOurOwnWarehouseRefusingAParcelIsTheOwnersTask(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelRefusal, parcelWord("SF1")))
	tl.later(schemas.ReturnInTransit, 25*time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.inspectedAndRefunded().answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.GreaterOrEqual(t, v.Level, 3, "after a day the supervisor is asked")
}

func TestGoodsForWhichNothingIsPaidAreBookedAllTheSame(t *testing.T) {
	t.Parallel()
	for edition, booked := range map[int]int{3: 0, schemas.Edition: 2} {
		tl := aReturn(t).ofEdition(edition).approvedAndShipped().failsInspection(nil, schemas.FindingUsed)
		tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.CompletedPartial, v.Outcome)
		require.Empty(t, tl.ordered)
		require.Len(t, tl.disposed, booked, "edition %d", edition)
	}
}

func TestASilentWarehouseAcceptsAsDeclared(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	for _, d := range tl.disposed {
		require.Equal(t, schemas.Quarantine, d.Disposition, "what nobody looked at is not sold")
	}
}

func (tl *tale) failsInspection(deduction *schemas.Money, finding schemas.Finding) *tale {
	return tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: finding, Deduction: deduction, EvidenceIDs: []string{"photo-9"}}))
}

func TestADeductionIsPaidOnlyWhenTheCustomerAccepts(t *testing.T) {
	t.Parallel()
	less := usd(10000)
	tl := aReturn(t).approvedAndShipped().failsInspection(&less, schemas.FindingUsed)
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	tl.refunded().answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(43665), v.Money.Refunded)
	require.Contains(t, v.EvidenceIDs, "photo-9")
}

func TestASilentCustomerGetsTheGoodsBackAndConsentsToNothing(t *testing.T) {
	t.Parallel()
	less := usd(10000)
	tl := aReturn(t).approvedAndShipped().failsInspection(&less, schemas.FindingUsed)
	tl.in(schemas.SendBack, func() {})
	tl.later(schemas.SendBack, time.Hour, func() {
		v := tl.last()
		says(tl, schemas.ParcelDeliver, parcelWord(v.Parcels[1].Waybill))()
	})
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	require.Equal(t, usd(0), v.Money.Refunded)
	require.Empty(t, tl.ordered)
	require.Equal(t, 2, count(tl.told(), "goods.kept"), "kept for thirty days, and one last notice")
	require.Equal(t, schemas.ToCustomer, v.Parcels[1].Direction)
	require.False(t, v.LegalBreach, "a person has shown that the goods are not as declared")
}

func TestTheCustomerMayTakeTheGoodsBack(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().failsInspection(nil, schemas.FindingWrongItem)
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
	tl.in(schemas.SendBack, func() {})
	tl.later(schemas.SendBack, time.Hour, func() {
		says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Parcels[1].Waybill))()
	})
	tl.answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(0), v.Money.Refunded)
}

func TestGoodsLostOnTheirWayHomeAreTheMerchantsLoss(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().failsInspection(nil, schemas.FindingWrongItem)
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
	tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: true, Status: schemas.ParcelMoving}, nil
	}
	tl.refunded().answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, usd(53665), v.Money.Refunded, "they were in the merchant's hands")
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestADisputedInspectionGoesToASupervisor(t *testing.T) {
	t.Parallel()
	less := usd(10000)
	tl := aReturn(t).approvedAndShipped().failsInspection(&less, schemas.FindingUsed)
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{TextID: "t-9"}))
	tl.in(schemas.Appeal, does(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: false, Reason: "traces_of_use"}))
	tl.in(schemas.InspectionFailed, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}, "", 0))
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{})()
	})
	tl.refunded().answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, usd(43665), v.Money.Refunded)
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
}

func TestAnInspectionIsSetRightByASecondOne(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().failsInspection(nil, schemas.FindingDamaged)
	better := usd(50000)
	tl.in(schemas.InspectionFailed, func() {
		does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &better})()
		tl.env.RegisterDelayedCallback(does(tl, schemas.InspectionPass, who(schemas.RoleInspector, "inspector-2"), schemas.Pass{Disposition: schemas.Refurbish}), time.Minute)
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(53665), v.Money.Refunded)
	require.Equal(t, schemas.Refurbish, tl.disposed[0].Disposition)
}

func TestNothingCanBeSentBackFromAnEmptyParcel(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().failsInspection(nil, schemas.FindingEmpty)
	tl.in(schemas.InspectionFailed, func() {
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}, "", 0))
	})
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	require.Len(t, v.Parcels, 1, "nothing was sent back")
}

func TestAWithdrawalBeforeTheGoodsLeaveEndsTheLines(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved()
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{Reason: "kept"}))
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Len(t, tl.released, 1)
	require.Contains(t, tl.told(), "case.withdrawn")
}

func TestAWithdrawalInTransitBringsTheGoodsHome(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships()
	tl.in(schemas.ReturnInTransit, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.SendBack, func() {})
	tl.later(schemas.SendBack, time.Hour, func() {
		refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}, "", 0))
		says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Parcels[1].Waybill))()
	})
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Equal(t, schemas.ToCustomer, v.Parcels[1].Direction)
	require.Empty(t, tl.ordered)
}

func TestTheStatutoryClockCountsFromTheDelivery(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped()
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeAccountClosed}, nil
	}
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.later(schemas.RefundFailed, 8*24*time.Hour, func() {
		v := tl.last()
		require.True(t, v.LegalBreach)
		require.GreaterOrEqual(t, v.Level, 4)
		does(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "proof-1"})()
		tl.env.RegisterDelayedCallback(does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{}), time.Minute)
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(53665), v.Money.Refunded)
	require.Len(t, tl.toldStaff("staff.law"), 3, "warned three days, one day and four hours before")
}

func count(list []string, s string) (n int) {
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n
}
