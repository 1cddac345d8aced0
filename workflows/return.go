package workflows

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Return is the story of a return (退货退款): the customer wants the money back, and sends the goods back or, refund-only
// (仅退款), keeps them.
//
// A merchant's person looks at the wish; what the customer has a right to is approved even if nobody does. The goods travel back and
// are inspected. What is owed is refunded, and only the provider's word makes it refunded. Where the sides disagree there are
// offers, a refusal by a person, and an appeal to another; where somebody is silent, the row says what happens.
func Return(ctx workflow.Context, input converter.RawValue) error {
	r := &returns{openedGoods(ctx, input, schemas.KindReturn)}
	r.as, r.story, r.onward, r.unsent = r, returnStory, r.pay, r.expire
	return r.run()
}

// returns is a case that follows the story of a return.
type returns struct{ *goods }

// returnStory is the story: every state in the order in which it lies on the way, with whose turn it is, the clock that runs, what
// the state hears, and what silence does.
var returnStory = func() *story {
	type r = *returns
	return &story{
		kind:  schemas.KindReturn,
		begin: work(r.begun),
		rows: []row{
			{
				state: schemas.Submitted, stage: schemas.StageIntake, turn: schemas.TurnSystem, clock: "return.submitted",
				silence: does("ops are alerted", r.alertOps),
			},
			{
				state: schemas.WaitInfo, stage: schemas.StageIntake, turn: schemas.TurnCustomer, pauses: true, clock: "return.wait_info",
				hear: []answer{
					on(schemas.CaseProvideInfo, r.infoGiven),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
				},
				silence: does("the request expires; a new one can be made while the right lasts", r.expire),
			},
			{
				state: schemas.Review, stage: schemas.StageInvestigation, turn: schemas.TurnMerchant, clock: "return.review",
				hear: []answer{
					on(schemas.ReviewApprove, r.approved, r.mayApprove),
					on(schemas.ReviewReject, r.rejected, r.mayReject),
					on(schemas.ReviewRequestInfo, r.infoRequested),
					on(schemas.OfferMake, r.offered, r.mayOffer),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
				},
				silence:  does("what the customer has a right to is approved; anything else goes to the supervisor", r.approveIfOwedElseEscalate),
				lastRung: does("what is owed is granted, the rest lapses", r.grantOwed),
			},
			{
				state: schemas.Negotiating, stage: schemas.StageInvestigation, turn: schemas.TurnCustomer, pauses: true, clock: "return.negotiating",
				hear: []answer{
					on(schemas.OfferAccept, r.offerTaken, r.mayTakeOffer),
					on(schemas.OfferDecline, r.offerDeclined),
					on(schemas.OfferCounter, r.offerCountered, r.mayCounter),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
				},
				silence: does("the offer lapses and the original wish goes back to review", r.offerLapses),
			},
			{
				state: schemas.RejectedAppealable, stage: schemas.StageInvestigation, turn: schemas.TurnCustomer, pauses: true, clock: "return.rejected",
				hear: []answer{
					on(schemas.AppealFile, r.appealed, r.mayAppeal),
					on(schemas.CaseProvideInfo, r.amended),
					on(schemas.ReviewApprove, r.approved, r.mayApprove),
					on(schemas.DecisionRevoke, r.revoked, r.mayRevoke),
				},
				silence: does("the refusal is final", r.refusalStands),
			},
			{
				state: schemas.Appeal, stage: schemas.StageVerification, turn: schemas.TurnMerchant, clock: "return.appeal",
				hear:     []answer{on(schemas.AppealDecide, r.appealDecided, r.mayDecideAppeal)},
				silence:  does("the manager at level 4 is asked, then the operator grants the appeal", r.appealClimbs),
				lastRung: does("the appeal is granted", r.grantOwed),
			},
			{
				state: schemas.WaitShipback, stage: schemas.StageVerification, turn: schemas.TurnCustomer, pauses: true, clock: "return.wait_shipback",
				enter: work(r.bookLabel),
				hear: []answer{
					on(schemas.ReturnSubmitWaybill, r.shippedBack, r.mayShip),
					on(schemas.ShipbackExtend, r.extended, r.mayExtend),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
					fact(schemas.ParcelScanned, r.handedOver),
					fact(schemas.ParcelDeliver, r.arrived),
					fact(schemas.GoodsReceived, r.arrived),
					fact(schemas.ParcelLoss, r.lost),
					fact(schemas.ParcelDamage, r.lost),
					fact(schemas.ParcelRefusal, r.refusedUnscanned),
					fact(schemas.PickupBooked, r.pickupBooked),
					fact(schemas.PickupMissed, r.pickupMissed),
					on(schemas.DecisionRevoke, r.revoked, r.mayRevoke),
				},
				silence: does("the carrier is asked about a label of ours; otherwise the request expires; a new one can be made while the right lasts", r.notShippedBack),
			},
			{
				state: schemas.ReturnInTransit, stage: schemas.StageVerification, turn: schemas.TurnCarrier, pauses: true, clock: "return.in_transit",
				hear: []answer{
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
					fact(schemas.ParcelScanned, r.moved),
					fact(schemas.ParcelDeliver, r.arrived),
					fact(schemas.GoodsReceived, r.arrived),
					fact(schemas.ParcelException, r.parcelTrouble),
					fact(schemas.ParcelLoss, r.lost),
					fact(schemas.ParcelDamage, r.lost),
					fact(schemas.ParcelRefusal, r.refusedAtWarehouse),
				},
				silence: does("the carrier is asked where the parcel is; a parcel that stays away for too long counts as lost", r.trace),
			},
			{
				state: schemas.Received, stage: schemas.StageVerification, turn: schemas.TurnWarehouse, clock: "return.received",
				hear: []answer{
					on(schemas.InspectionPass, r.passed),
					on(schemas.InspectionFail, r.failed, r.mayFail),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
				},
				silence:  does("the goods are accepted as declared", r.acceptedAsDeclared),
				lastRung: does("the goods are accepted as declared", r.acceptedAsDeclared),
			},
			{
				state: schemas.InspectionFailed, stage: schemas.StageVerification, turn: schemas.TurnCustomer, pauses: true, clock: "return.inspection_failed",
				hear: []answer{
					on(schemas.OfferAccept, r.findingAnswered, r.mayAnswerFinding),
					on(schemas.OfferDecline, r.deductionDisputed, r.mayDispute),
					on(schemas.OfferMake, r.deductionOffered, r.mayOffer),
					on(schemas.InspectionPass, r.passed),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
					on(schemas.DecisionRevoke, r.revoked, r.mayRevoke),
				},
				silence: does("the supervisor is asked to reach the customer, and the goods are kept 30 days", r.keepGoods),
			},
			{
				state: schemas.SendBack, stage: schemas.StageVerification, turn: schemas.TurnCarrier, pauses: true, clock: "return.send_back",
				enter: work(r.sendBack),
				hear: []answer{
					on(schemas.OfferAccept, r.sendAgain, r.maySendAgain),
					fact(schemas.ParcelScanned, r.moved),
					fact(schemas.ParcelDeliver, r.handedBack),
					fact(schemas.ParcelLoss, r.lostOnTheWayBack),
					fact(schemas.ParcelDamage, r.lostOnTheWayBack),
					fact(schemas.ParcelException, r.parcelTrouble),
					fact(schemas.ParcelRefusal, r.notHandedOver),
					fact(schemas.ParcelReturns, r.notHandedOver),
				},
				silence: does("the carrier is asked; a parcel that stays away for too long counts as lost, at the merchant's cost", r.traceBack),
			},
			{
				state: schemas.RefundFailed, stage: schemas.StageResolution, turn: schemas.TurnMerchant, clock: "return.refund_failed",
				hear: []answer{
					on(schemas.RefundRetry, r.retried, r.mayRetry),
					on(schemas.RefundManualPaid, r.paidByHand, r.mayPayByHand),
				},
				silence: does("the supervisor, then the manager is told; the case stays open until it is paid", r.refundParked),
			},
			{
				state: schemas.RefundApproved, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "return.refund_approved",
				enter: work(r.payOut),
				hear: []answer{
					on(schemas.DecisionRevoke, r.revoked, r.mayRevoke),
					on(schemas.CaseConvert, r.converted, r.mayBecomeExchange),
				},
				silence:  does("the supervisor is asked", r.toSupervisor),
				lastRung: does("the refund is ordered", r.payOutNow),
			},
			{
				state: schemas.RefundProcessing, stage: schemas.StageResolution, turn: schemas.TurnProvider, pauses: true, clock: "return.refund_processing",
				silence: does("the provider is asked, again and again with growing pauses", r.pollRefund),
			},
			{
				state: schemas.Refunded, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "system",
				enter:   work(r.finishRefund),
				silence: does("ops are alerted", r.alertOps),
			},
			{
				state: schemas.Converting, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "system",
				silence: does("ops are alerted", r.alertOps),
			},
			{
				state: schemas.FollowUp, stage: schemas.StageFollowUp, turn: schemas.TurnCustomer, pauses: true,
				hear: []answer{
					on(schemas.SurveyAnswer, r.surveyAnswered, r.mayAnswerSurvey),
					on(schemas.RecoveryClose, r.recoveryClosed, r.mayCloseRecovery),
				},
				lastRung: does("the recovery lapses", r.recoveryLapses),
			},
		},
		whole: common(
			on(schemas.CaseWithdraw, r.withdrawn, r.mayWithdraw),
			on(schemas.CaseProvideInfo, r.evidenceAdded),
			on(schemas.CaseMerge, r.merge, r.mayMerge),
			on(schemas.StepRetry, r.retryStep, r.mayRetryStep),
			on(schemas.StepCorrect, r.correctStep, r.mayCorrect),
			on(schemas.StepSkip, r.skipStep, r.maySkip),
			fact(schemas.RefundSuccess, r.refundSucceeded),
			fact(schemas.RefundFailure, r.refundDidNotSucceed),
			fact(schemas.RefundReversal, r.refundCameBack),
		),
		expiries: map[string]silence{
			"return.shipback_extension":  does("the carrier is asked about a label of ours; otherwise the request expires; a new one can be made while the right lasts", r.notShippedBack),
			unseenClock:                  does("the request expires; a new one can be made while the right lasts", r.expire),
			"return.appeal_again":        does("the operator grants the appeal", r.appealLapses),
			"return.goods_kept":          does("one last notice is sent", r.lastNotice),
			"return.goods_notice":        does("the goods are sent back", r.sendBackUnasked),
			"refused_at_warehouse":       does("the supervisor is asked", r.toSupervisor),
			"return.approval":            does("the deputy is asked", r.approvalSilent),
			"return.approval_deputy":     does("the next level is asked", r.approvalSilent),
			"return.refund_poll":         does("the provider is asked again", r.pollRefund),
			"refund.retry":               does("the refund is asked for again with the same number", r.retryByItself),
			"return.refund_failed_again": does("the manager at level 4 is told", r.refundParked),
			"return.refund_parked":       does("the manager at level 4 is told again", r.refundParked),
			pickupClock:                  does("another pick-up is booked, the second time with another carrier", r.pickupSilent),
			noticeClock:                  does("what the customer need not be asked about is done, and the rest ends as UNRESOLVABLE; a new request can be made", r.unreached),
			"survey.wait":                does("the customer is asked how it went", r.askCustomer),
			"survey.open":                does("the case closes without an answer", r.surveyLapses),
			"recovery":                   does("the recovery is escalated", r.recoverySilent),
			"recovery_survey":            does("the customer is asked once more", r.askAgain),
		},
	}
}()

// pay sends granted lines on: to the customer for the way back, or to the refund where nothing has to come back or the
// goods have left the customer already.
func (r *returns) pay(s *step, lines []*schemas.Line) {
	settled, open := sort2(lines, func(l *schemas.Line) bool { return l.Owed().Minor <= 0 && l.LeavesAs != schemas.OutcomeNone })
	for _, l := range settled {
		// The case came back after it had been paid in full: there is nothing more to grant.
		r.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	// What the operator would grant and cannot be paid is not completed by paying nothing.
	empty, open := sort2(open, r.nothingToGrant)
	if len(empty) > 0 {
		s.say("Nothing can be refunded for line(s) %s.", lineList(empty))
		s.tell("case.expired", vars{"lines": linesVar(empty)})
		r.leave(s, empty, schemas.Unresolvable)
	}
	for _, l := range open {
		l.LeavesAs = schemas.OutcomeNone
	}
	open = r.comeBack(s, open)
	ship, pay := sort2(open, func(l *schemas.Line) bool { return !l.KeepsGoods && l.GoodsWith == schemas.TurnCustomer })
	if len(pay) > 0 {
		s.tell("refund.approved", vars{"lines": linesVar(pay), "amount": amount(r.owedFor(pay)), "due": stamp(r.firstDue())})
		r.move(s, pay, schemas.RefundApproved)
	}
	if len(ship) > 0 {
		r.move(s, ship, schemas.WaitShipback)
		r.tellApproved(s, ship)
	}
}
