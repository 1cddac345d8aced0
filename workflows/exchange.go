package workflows

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Exchange is the story of an exchange (换货): the customer wants another article instead, or the same one again for a faulty one.
//
// The replacement is kept before anybody decides, so that what is approved can be had. The old goods come back and are
// inspected; what the replacement costs more is paid before it leaves, and what it costs less is refunded. In an advance
// exchange (极速换货) it leaves first, against a deposit. Where there is no stock, or the replacement is lost or faulty too, the
// customer chooses; whoever wants the money back goes on as a return.
func Exchange(ctx workflow.Context, input converter.RawValue) error {
	x := &exchanges{openedGoods(ctx, input, schemas.KindExchange)}
	x.as, x.story, x.onward, x.unsent, x.leaving = x, exchangeStory, x.replace, x.neverSent, x.giveBack
	x.undo = x.undecide
	return x.run()
}

// exchanges is a case that follows the story of an exchange.
type exchanges struct{ *goods }

// exchangeStory is the story, state by state in the order of the way. An advance exchange goes through the same states in another order.
var exchangeStory = func() *story {
	type x = *exchanges
	return &story{
		kind:  schemas.KindExchange,
		begin: work(x.begun),
		rows: []row{
			{
				state: schemas.Submitted, stage: schemas.StageIntake, turn: schemas.TurnSystem, clock: "exchange.submitted",
				silence: does("ops are alerted, and the request goes on without the warehouse's word", x.goOnUnanswered),
			},
			{
				state: schemas.WaitInfo, stage: schemas.StageIntake, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.wait_info",
				hear:    []answer{on(schemas.CaseProvideInfo, x.infoGiven)},
				silence: does("the request expires; a new one can be made while the right lasts", x.expire),
			},
			{
				state: schemas.Review, stage: schemas.StageInvestigation, turn: schemas.TurnMerchant, clock: "exchange.review",
				hear: []answer{
					on(schemas.ReviewApprove, x.approvedExchange, x.mayApproveExchange),
					on(schemas.ReviewReject, x.rejected, x.mayReject),
					on(schemas.ReviewRequestInfo, x.infoRequested),
					on(schemas.OfferMake, x.offered, x.mayOffer),
				},
				silence:  does("what the customer has a right to is approved; anything else goes to the supervisor", x.approveIfOwedElseEscalate),
				lastRung: does("what is owed is granted, the rest lapses", x.grantOwed),
			},
			{
				state: schemas.Negotiating, stage: schemas.StageInvestigation, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.negotiating",
				hear: []answer{
					on(schemas.OfferAccept, x.moneyInstead, x.mayAcceptOffer),
					on(schemas.OfferDecline, x.offerDeclined),
					on(schemas.OfferCounter, x.offerCountered, x.mayCounter),
				},
				silence: does("the offer lapses and the original wish goes back to review", x.offerLapses),
			},
			{
				state: schemas.RejectedAppealable, stage: schemas.StageInvestigation, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.rejected",
				hear: []answer{
					on(schemas.AppealFile, x.appealed, x.mayAppeal),
					on(schemas.CaseProvideInfo, x.amended),
					on(schemas.ReviewApprove, x.approvedExchange, x.mayApproveExchange),
					on(schemas.DecisionRevoke, x.revoked, x.mayRevoke),
				},
				silence: does("the refusal is final", x.refusalStands),
			},
			{
				state: schemas.Appeal, stage: schemas.StageVerification, turn: schemas.TurnMerchant, clock: "exchange.appeal",
				hear:     []answer{on(schemas.AppealDecide, x.appealDecided, x.mayDecideAppeal)},
				silence:  does("the manager at level 4 is asked, then the operator grants the appeal", x.appealClimbs),
				lastRung: does("the appeal is granted", x.grantOwed),
			},
			{
				state: schemas.OutOfStock, stage: schemas.StageInvestigation, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.out_of_stock",
				enter: work(x.tellChoices),
				hear: []answer{
					on(schemas.OfferAccept, x.chosenOutOfStock, x.mayChooseOutOfStock),
					on(schemas.OfferDecline, x.wantsMoney, x.mayConvert),
					fact(schemas.StockReserved, x.inStockAgain),
					on(schemas.DecisionRevoke, x.revoked, x.mayRevoke),
				},
				silence: does("a refund is offered; after seven days more it is made", x.offerMoney),
			},
			{
				state: schemas.WaitShipback, stage: schemas.StageVerification, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.wait_shipback",
				enter: work(x.bookLabel),
				hear: []answer{
					on(schemas.ReturnSubmitWaybill, x.shippedBack, x.mayShip),
					on(schemas.ShipbackExtend, x.extended, x.mayExtend),
					fact(schemas.ParcelScanned, x.handedOver),
					fact(schemas.ParcelDeliver, x.arrived),
					fact(schemas.GoodsReceived, x.arrived),
					fact(schemas.ParcelLoss, x.lost),
					fact(schemas.ParcelDamage, x.lost),
					fact(schemas.ParcelRefusal, x.refusedUnscanned),
					fact(schemas.PickupBooked, x.pickupBooked),
					fact(schemas.PickupMissed, x.pickupMissed),
					on(schemas.DecisionRevoke, x.revoked, x.mayRevoke),
				},
				silence: does("the carrier is asked about a label of ours; otherwise the request expires, or the deposit is taken where the replacement was sent in advance", x.notShippedBack),
			},
			{
				state: schemas.ReturnInTransit, stage: schemas.StageVerification, turn: schemas.TurnCarrier, pauses: true, clock: "exchange.in_transit",
				hear: []answer{
					fact(schemas.ParcelScanned, x.moved),
					fact(schemas.ParcelDeliver, x.arrived),
					fact(schemas.GoodsReceived, x.arrived),
					fact(schemas.ParcelException, x.parcelTrouble),
					fact(schemas.ParcelLoss, x.lost),
					fact(schemas.ParcelDamage, x.lost),
					fact(schemas.ParcelRefusal, x.refusedAtWarehouse),
				},
				silence: does("the carrier is asked where the parcel is; a parcel that stays away for too long counts as lost", x.trace),
			},
			{
				state: schemas.Received, stage: schemas.StageVerification, turn: schemas.TurnWarehouse, clock: "exchange.received",
				hear: []answer{
					on(schemas.InspectionPass, x.passedExchange),
					on(schemas.InspectionFail, x.failed, x.mayFail),
				},
				silence:  does("the goods are accepted as declared", x.acceptedExchange),
				lastRung: does("the goods are accepted as declared", x.acceptedExchange),
			},
			{
				state: schemas.InspectionFailed, stage: schemas.StageVerification, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.inspection_failed",
				hear: []answer{
					on(schemas.OfferAccept, x.deductionTaken, x.mayAnswerDeduction),
					on(schemas.OfferDecline, x.deductionDisputed, x.mayDispute),
					on(schemas.OfferMake, x.deductionOffered, x.mayOffer),
					on(schemas.InspectionPass, x.passedExchange),
					on(schemas.DecisionRevoke, x.revoked, x.mayRevoke),
				},
				silence: does("the supervisor is asked to reach the customer, and the goods are kept 30 days", x.keepGoods),
			},
			{
				state: schemas.SendBack, stage: schemas.StageVerification, turn: schemas.TurnCarrier, pauses: true, clock: "exchange.send_back",
				enter: work(x.sendBack),
				hear: []answer{
					on(schemas.OfferAccept, x.sendAgain, x.maySendAgain),
					fact(schemas.ParcelScanned, x.moved),
					fact(schemas.ParcelDeliver, x.handedBack),
					fact(schemas.ParcelLoss, x.lostOnTheWayBack),
					fact(schemas.ParcelDamage, x.lostOnTheWayBack),
					fact(schemas.ParcelException, x.parcelTrouble),
					fact(schemas.ParcelRefusal, x.notHandedOver),
					fact(schemas.ParcelReturns, x.notHandedOver),
				},
				silence: does("the carrier is asked; a parcel that stays away for too long counts as lost, at the merchant's cost", x.traceBack),
			},
			{
				state: schemas.WaitPayment, stage: schemas.StageResolution, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.wait_payment",
				enter: work(x.askPayment),
				hear: []answer{
					on(schemas.OfferAccept, x.chosenPayment, x.mayChoosePayment),
					on(schemas.OfferDecline, x.wantsMoney, x.mayConvert),
					on(schemas.DecisionRevoke, x.revoked, x.mayRevoke),
				},
				silence: does("a refund is offered; after three days more it is made", x.offerMoney),
			},
			{
				state: schemas.ShipReplacement, stage: schemas.StageResolution, turn: schemas.TurnWarehouse, clock: "exchange.ship",
				enter: work(x.shipOut),
				hear: []answer{
					fact(schemas.ReplacementSent, x.replacementSent),
					fact(schemas.StockLost, x.stockLost),
					on(schemas.DecisionRevoke, x.revoked, x.mayRevoke),
				},
				silence:  does("the warehouse is asked what became of its order, and the supervisor", x.notSentYet),
				lastRung: does("the replacement is ordered again, and operations are told", x.shipAgain),
			},
			{
				state: schemas.ReplacementInTransit, stage: schemas.StageResolution, turn: schemas.TurnCarrier, pauses: true, clock: "exchange.replacement",
				hear: []answer{
					on(schemas.ReplacementConfirm, x.confirmedBy, x.mayConfirmReplacement),
					on(schemas.ReplacementReject, x.replacementRejected, x.mayRejectReplacement),
					fact(schemas.ParcelScanned, x.replacementMoved),
					fact(schemas.ParcelDeliver, x.replacementArrived),
					fact(schemas.GoodsReceived, x.replacementArrived),
					fact(schemas.ParcelException, x.parcelTrouble),
					fact(schemas.ParcelLoss, x.replacementGone),
					fact(schemas.ParcelDamage, x.replacementGone),
					fact(schemas.ParcelRefusal, x.replacementNotTaken),
					fact(schemas.ParcelReturns, x.replacementNotTaken),
				},
				silence: does("the carrier is asked; what was delivered counts as accepted, what stays away as lost", x.replacementSilent),
			},
			{
				state: schemas.ReplacementLost, stage: schemas.StageResolution, turn: schemas.TurnCustomer, pauses: true, clock: "exchange.replacement_lost",
				hear: []answer{
					on(schemas.OfferAccept, x.chosenAfterLoss, x.mayChooseAfterLoss),
					on(schemas.OfferDecline, x.wantsMoney, x.mayConvert),
				},
				silence: does("another one is sent; the money is refunded where the customer did not take it", x.sendAnother),
			},
			{
				state: schemas.Confirmed, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "system",
				enter:   work(x.finish),
				silence: does("ops are alerted", x.alertOps),
			},
			{
				state: schemas.RefundFailed, stage: schemas.StageResolution, turn: schemas.TurnMerchant, clock: "exchange.refund_failed",
				hear: []answer{
					on(schemas.RefundRetry, x.retried, x.mayRetry),
					on(schemas.RefundManualPaid, x.paidByHand, x.mayPayByHand),
				},
				silence: does("the supervisor, then the manager is told; the case stays open until it is paid", x.refundParked),
			},
			{
				state: schemas.RefundApproved, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "exchange.refund_approved",
				enter:    work(x.payOut),
				hear:     []answer{on(schemas.DecisionRevoke, x.revoked, x.mayRevoke)},
				silence:  does("the supervisor is asked", x.toSupervisor),
				lastRung: does("the refund is ordered", x.payOutNow),
			},
			{
				state: schemas.RefundProcessing, stage: schemas.StageResolution, turn: schemas.TurnProvider, pauses: true, clock: "exchange.refund_processing",
				silence: does("the provider is asked, again and again with growing pauses", x.pollRefund),
			},
			{
				state: schemas.Refunded, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "system",
				enter:   work(x.finish),
				silence: does("ops are alerted", x.alertOps),
			},
			{
				state: schemas.Converting, stage: schemas.StageResolution, turn: schemas.TurnSystem, clock: "system",
				silence: does("ops are alerted", x.alertOps),
			},
			{
				state: schemas.FollowUp, stage: schemas.StageFollowUp, turn: schemas.TurnCustomer, pauses: true,
				hear: []answer{
					on(schemas.SurveyAnswer, x.surveyAnswered, x.mayAnswerSurvey),
					on(schemas.RecoveryClose, x.recoveryClosed, x.mayCloseRecovery),
				},
				lastRung: does("the recovery lapses", x.recoveryLapses),
			},
		},
		whole: common(
			on(schemas.CaseWithdraw, x.withdrawnExchange, x.mayWithdrawExchange),
			on(schemas.CaseProvideInfo, x.evidenceAdded),
			on(schemas.CaseMerge, x.merge, x.mayMerge),
			on(schemas.StepRetry, x.retryStep, x.mayRetryStep),
			on(schemas.StepCorrect, x.correctStep, x.mayCorrect),
			on(schemas.StepSkip, x.skipStep, x.maySkip),
			fact(schemas.RefundSuccess, x.refundSucceeded),
			fact(schemas.RefundFailure, x.refundDidNotSucceed),
			fact(schemas.RefundReversal, x.refundCameBack),
			fact(schemas.PaymentSuccess, x.paid),
			fact(schemas.PaymentFailure, x.paymentDeclined),
			fact(schemas.PaymentLapsed, x.paymentDeclined),
			fact(schemas.DepositVoided, x.depositVoided),
		),
		expiries: map[string]silence{
			"exchange.shipback_extension":  does("the carrier is asked about a label of ours; otherwise the request expires, or the deposit is taken where the replacement was sent in advance", x.notShippedBack),
			unseenClock:                    does("the request expires, or the deposit is taken where the replacement was sent in advance", x.neverSent),
			"exchange.appeal_again":        does("the operator grants the appeal", x.appealLapses),
			"exchange.goods_kept":          does("one last notice is sent", x.lastNotice),
			"exchange.goods_notice":        does("the goods are sent back", x.sendBackUnasked),
			"exchange.out_of_stock_again":  does("the money is refunded", x.moneyUnasked),
			"exchange.stock_wait":          does("the customer chooses anew", x.waitedInVain),
			"exchange.payment_again":       does("the money is refunded", x.moneyUnasked),
			"exchange.payment_poll":        does("the provider is asked again", x.pollPayment),
			"exchange.confirm":             does("the replacement counts as accepted", x.confirmedBySilence),
			"refused_at_warehouse":         does("the supervisor is asked", x.toSupervisor),
			"exchange.approval":            does("the deputy is asked", x.approvalSilent),
			"exchange.approval_deputy":     does("the next level is asked", x.approvalSilent),
			"exchange.refund_poll":         does("the provider is asked again", x.pollRefund),
			"refund.retry":                 does("the refund is asked for again with the same number", x.retryByItself),
			"exchange.refund_failed_again": does("the manager at level 4 is told", x.refundParked),
			"exchange.refund_parked":       does("the manager at level 4 is told again", x.refundParked),
			pickupClock:                    does("another pick-up is booked, the second time with another carrier", x.pickupSilent),
			noticeClock:                    does("the money is refunded where the goods are here, and the rest ends as UNRESOLVABLE; a new request can be made", x.unreachedExchange),
			"survey.wait":                  does("the customer is asked how it went", x.askCustomer),
			"survey.open":                  does("the case closes without an answer", x.surveyLapses),
			"recovery":                     does("the recovery is escalated", x.recoverySilent),
			"recovery_survey":              does("the customer is asked once more", x.askAgain),
		},
	}
}()

// replace sends granted lines on: to the customer for the old goods, to the choice where there is no stock, or to the replacement
// where the old goods have left the customer already. What the customer is to have in money goes the way of a refund.
func (x *exchanges) replace(s *step, lines []*schemas.Line) {
	left, lines := sort2(lines, leftRefused)
	x.payRefused(s, left)
	done, open := sort2(lines, func(l *schemas.Line) bool {
		return l.LeavesAs != schemas.OutcomeNone && l.Replacement != nil && l.Replacement.ConfirmedAt != nil
	})
	for _, l := range done {
		// The case came back after the customer had the replacement: there is nothing more to grant here.
		x.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	for _, l := range open {
		l.LeavesAs = schemas.OutcomeNone
	}
	swap, money := sort2(open, func(l *schemas.Line) bool { return l.Replacement != nil })
	// Who is to have money for goods that must come back first goes on as a return.
	pay, fetch := sort2(money, func(l *schemas.Line) bool { return l.KeepsGoods || l.GoodsWith != schemas.TurnCustomer })
	if len(pay) > 0 {
		s.tell("refund.approved", vars{"lines": linesVar(pay), "amount": amount(x.owedFor(pay)), "due": stamp(x.firstDue())})
		x.move(s, pay, schemas.RefundApproved)
	}
	if len(fetch) > 0 {
		for _, l := range fetch {
			l.LeavesAs = schemas.Converted
		}
		x.startSuccessor(s, fetch, schemas.KindReturn, "")
	}
	// Whoever has the replacement already is in no need of another, whatever was decided on the old goods.
	has, swap := sort2(swap, func(l *schemas.Line) bool { return l.Replacement.ConfirmedAt != nil })
	x.settleUp(s, has)
	kept, missing := sort2(swap, keptFor)
	x.move(s, missing, schemas.OutOfStock)
	kept = x.comeBack(s, kept)
	here, there := sort2(kept, func(l *schemas.Line) bool { return l.GoodsWith != schemas.TurnCustomer })
	x.settleUp(s, here)
	advance, first := sort2(there, func(l *schemas.Line) bool { return l.Replacement.Advance })
	x.settleUp(s, advance)
	if len(first) > 0 {
		x.move(s, first, schemas.WaitShipback)
		x.tellApproved(s, first)
	}
}
