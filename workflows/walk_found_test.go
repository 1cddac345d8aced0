package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// What the walks have found: each of these is a case that a walk made, told again as a tale.

// onLabel begins a return of a faulty article, whose way back the merchant books.
func onLabel(t *testing.T) *tale {
	t.Helper()
	tl := aReturn(t).because(schemas.Defective).finding(faulty("1", 4784)).approved()
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		number := o.Waybill
		if number == "" {
			number = "LBL1"
		}
		return schemas.Parcel{Waybill: number, Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	return tl
}

func TestAParcelThatIsLostBeforeItsFirstScanWasHeardIsPaid(t *testing.T) {
	t.Parallel()
	for _, word := range []schemas.Fact[schemas.ParcelWord]{schemas.ParcelLoss, schemas.ParcelDamage} {
		tl := onLabel(t)
		tl.later(schemas.WaitShipback, time.Hour, says(tl, word, parcelWord("LBL1")))
		v := tl.refunded().answersSurvey(4, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(4784), v.Money.Refunded)
	}
}

func TestAParcelThatOurHouseRefusesBeforeItsFirstScanWasHeardIsOnItsWay(t *testing.T) {
	t.Parallel()
	tl := onLabel(t)
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelRefusal, parcelWord("LBL1")))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.GoodsReceived, parcelWord("LBL1")))
	require.Equal(t, schemas.Completed, tl.inspectedAndRefunded().answersSurvey(4, schemas.SolvedYes).run().Outcome)
}

func TestNoRequestExpiresBeforeTheCarrierWasAsked(t *testing.T) {
	t.Parallel()
	moved := started.Add(48 * time.Hour)
	for status, next := range map[schemas.ParcelStatus]schemas.State{
		schemas.ParcelDelivered: schemas.Received, schemas.ParcelMoving: schemas.ReturnInTransit,
	} {
		tl := onLabel(t)
		tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
			return schemas.TraceAnswer{Known: true, Status: status, MovedAt: &moved}, nil
		}
		if next == schemas.ReturnInTransit {
			tl.in(schemas.ReturnInTransit, says(tl, schemas.GoodsReceived, parcelWord("LBL1")))
		}
		v := tl.inspectedAndRefunded().answersSurvey(4, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome, "every word of the carrier's was lost")
	}
	tl := onLabel(t)
	require.Equal(t, schemas.Expired, tl.run().Outcome, "nobody has seen the parcel")
	require.Contains(t, tl.calls, schemas.ParcelTrace.Name)
}

func TestGoodsThatComeInTheParcelWeBookedCountWhateverNumberWasGiven(t *testing.T) {
	t.Parallel()
	tl := onLabel(t)
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, func() {
		says(tl, schemas.ParcelException, parcelWord("LBL1"))()
		tl.env.RegisterDelayedCallback(func() {
			require.Equal(t, "SF1", tl.last().Lines[0].Waybill, "trouble does not tell where the goods are")
			says(tl, schemas.ParcelDeliver, parcelWord("LBL1"))()
		}, time.Minute)
	})
	v := tl.inspectedAndRefunded().answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "LBL1", v.Lines[0].Waybill)
}

func TestALineThatAnEscalationTookAlongKeepsAClock(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784)
	tl.opening.Request.Lines = append(tl.opening.Request.Lines, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "other"})
	one, two := line("1", 4784), notOwed("2", 4784)
	one.Replacement = &schemas.Replacement{SKU: "other", UnitPrice: usd(4784), Advance: true}
	two.Replacement = &schemas.Replacement{SKU: "other", UnitPrice: usd(4784)}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(one, two), nil }
	tl.in(schemas.ShipReplacement, func() {
		// Nobody has decided on line 2, and the ladder has ended for its sake. Line 1 had been taken along.
		v := tl.last()
		clocks := map[string]bool{}
		for _, k := range v.Clocks {
			clocks[k.ClockID] = true
		}
		require.Equal(t, schemas.ShipReplacement, v.Lines[0].State)
		require.True(t, clocks[v.Lines[0].ClockID], "line 1 waits without a clock")
		tl.leaves("RP1")
	})
	tl.replacementConfirmed()
	tl.in(schemas.WaitShipback, func() {})
	require.Equal(t, schemas.CompletedPartial, tl.run().Outcome)
}

func TestAReplacementIsLookedForBeforeAnybodyActsOnTheWarehousesSilence(t *testing.T) {
	t.Parallel()
	sent := func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
		return schemas.ShipReceipt{ShipmentID: o.ShipmentID, Waybill: "RP1", Carrier: "SF"}, nil
	}
	t.Run("it had left, and its word was lost", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		asked := 0
		tl.ship = func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
			if asked++; asked == 1 {
				return schemas.ShipReceipt{ShipmentID: o.ShipmentID}, nil
			}
			return sent(o)
		}
		v := tl.oldGoodsPass().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, "RP1", v.Lines[0].Replacement.Waybill)
	})
	t.Run("nobody acts, and it is one shipment all the same", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		asked := 0
		tl.ship = func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
			if asked++; asked < 4 {
				return schemas.ShipReceipt{ShipmentID: o.ShipmentID}, nil
			}
			return sent(o)
		}
		v := tl.oldGoodsPass().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		for _, o := range tl.shipped {
			require.Equal(t, tl.shipped[0].ShipmentID, o.ShipmentID, "another number would be another replacement")
			require.Equal(t, tl.shipped[0].Goods, o.Goods)
		}
		require.Len(t, tl.successors, 0, "whoever has the replacement is not refunded too")
	})
}

func TestARecoveryThatSomebodyEscalatesOrTakesStillEnds(t *testing.T) {
	t.Parallel()
	for _, word := range []func(*tale) func(){
		func(tl *tale) func() {
			return does(tl, schemas.CaseEscalate, aFinancier, schemas.Escalate{Reason: "help", Level: 5})
		},
		func(tl *tale) func() { return does(tl, schemas.CaseAccept, aManager, schemas.Nothing{}) },
	} {
		tl := paid(t).refunded()
		tl.later(schemas.FollowUp, 25*time.Hour, func() {
			does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedYes})()
			tl.env.RegisterDelayedCallback(word(tl), 25*time.Hour)
		})
		require.Equal(t, schemas.Completed, tl.run().Outcome)
	}
}

func TestAReplacementIsRejectedOnce(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, func() {
		no := schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}}
		does(tl, schemas.ReplacementReject, theCustomer, no)()
		refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ReplacementReject, theCustomer, no, "", 0))
		refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}, "", 0))
	})
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF2"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF2")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{Disposition: schemas.ToSupplier}))
	tl.in(schemas.ShipReplacement, func() { tl.leaves("RP2") })
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, tl.successors, "one no is no second faulty replacement")
	require.Equal(t, []schemas.Disposal{
		{LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Restock},
		{LineID: "1", SKU: "other", Quantity: 1, Disposition: schemas.ToSupplier},
	}, tl.disposed, "the old goods and the faulty replacement are two bookings")
}

func TestAReplacementThatIsFaultyTwiceComesBackAsWhatItIs(t *testing.T) {
	t.Parallel()
	reject := schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}}
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementReject, theCustomer, reject))
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF2"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF2")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.ShipReplacement, func() { tl.leaves("RP2") })
	tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementReject, theCustomer, reject))
	require.Equal(t, schemas.Converted, tl.run().Outcome)
	handed := tl.successors[0].Predecessor.Handover.Lines[0]
	require.Equal(t, "other", handed.BackSKU)
	require.False(t, handed.Inspected, "nobody has seen the second one")
	require.Len(t, tl.disposed, 2)
}

func TestWordsDoNotStandWhereACodeBelongs(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 150000))
	tl.steps[0].do = func() {
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Reason: somebody}, "", 0))
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{Reason: somebody}, "", 0))
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Reason: "right"})()
	}
	tl.in(schemas.RefundApproved, func() {
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{Reason: somebody}, "", 0))
		does(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{Reason: "right"})()
	})
	tl.refunded()
	tl.later(schemas.FollowUp, 25*time.Hour, func() {
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes, Mode: somebody}, "", 0))
		does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes, Mode: "phone"})()
	})
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestAPaymentByHandThatNobodyLooksAtLapses(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeAccountClosed)
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "proof-1"}))
	tl.later(schemas.RefundFailed, 20*24*time.Hour, func() {
		v := tl.last()
		require.False(t, v.Approvals[0].Granted, "silence is no second person")
		require.Equal(t, schemas.Operator, *v.Approvals[0].DecidedBy)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.NotContains(t, tl.calls, schemas.RefundByHand.Name)
}

func TestWhatWasSentInAdvanceIsNotMergedAway(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784)
	tl.in(schemas.ShipReplacement, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "shop:r-2", Reason: "duplicate"}, "", 0))
		tl.leaves("RP1")
	})
	v := tl.replacementConfirmed().run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"captured shop:r-1/charge/1"}, tl.deposits)
}

func TestADepositNobodyKnowsOfIsLookedForWhenTheCaseEnds(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784)
	tl.hold = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeNoAnswer}, nil
	}
	tl.charged = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeHeld}, nil
	}
	tl.in(schemas.WaitPayment, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
	require.Equal(t, []string{"released shop:r-1/charge/1"}, tl.deposits)
}

func TestARefusedCommandOnAPartOfALineSplitsNothing(t *testing.T) {
	t.Parallel()
	two := line("1", 1000)
	two.Quantity, two.Units = 2, []int{1, 2}
	tl := aReturn(t).refundOnly().finding(two)
	tl.in(schemas.Review, func() {
		// 15 dollars are less than the line costs, and more than one of it does.
		much := usd(1500)
		offer := schemas.MakeOffer{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}, What: schemas.OfferPartialRefund, Amount: &much}
		refuses(tl, schemas.CodeBadAmount, send(tl, schemas.OfferMake, anAgent, offer, "", 0))
		tl.env.SignalWorkflow(schemas.OfferMake.Name, schemas.Order{CommandID: "sig", Actor: anAgent, Body: encode(t, offer)})
		tl.env.RegisterDelayedCallback(func() {
			require.Len(t, tl.last().Lines, 1, "nothing is split")
			does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
		}, time.Minute)
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, usd(2000), v.Money.Refunded)
}
