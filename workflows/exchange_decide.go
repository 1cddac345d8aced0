package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of an exchange where it differs from a return: the approval, the inspection, the silence on the way back, the withdrawal.

// mayApproveExchange lets a replacement leave in advance only before the old goods have moved.
func (x *exchanges) mayApproveExchange(s *step, d schemas.Approve) *schemas.Refusal {
	if d.RefundOnly != nil {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "refund_only", Message: "an exchange gives an article, not money; offer the money, or let the customer choose it."}
	}
	for _, l := range s.lines {
		if d.Advance && (l.GoodsWith != schemas.TurnCustomer || l.Replacement == nil) {
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "advance", Message: fmt.Sprintf("the old goods of line %s are on their way already.", l.LineID)}
		}
	}
	return x.mayApprove(s, d)
}

func (x *exchanges) approvedExchange(s *step, d schemas.Approve) {
	for _, l := range s.lines {
		if l.Replacement != nil && d.Advance {
			l.Replacement.Advance = true
		}
	}
	x.approved(s, d)
}

// moneyInstead is an accepted offer: money for the goods the customer keeps, or another way. What was to replace them is given back.
func (x *exchanges) moneyInstead(s *step, d schemas.AnswerOffer) {
	for _, l := range s.lines {
		if l.Offer.What == schemas.OfferPartialRefund || l.Offer.What == schemas.OfferRefundOnly {
			x.giveBack(s, []*schemas.Line{l}, schemas.OutcomeNone)
			l.Replacement = nil
		}
	}
	x.offerAccepted(s, d)
}

// passedExchange accepts the old goods; the replacement can go.
func (x *exchanges) passedExchange(s *step, d schemas.Pass) {
	for _, l := range s.lines {
		l.Disposition, l.Finding, l.Deduction, l.Offer = d.Disposition, "", x.money(0), nil
		if l.Disposition == "" {
			l.Disposition = schemas.Restock
		}
	}
	x.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", Evidence: d.EvidenceIDs})
	s.say("%s passed line(s) %s.", s.actor, lineList(s.lines))
	x.afterInspection(s)
}

// acceptedExchange is the warehouse's silence: the customer is not made to wait for it.
func (x *exchanges) acceptedExchange(s *step) {
	if x.leavesItToAPerson() && x.held(schemas.AutomationHold) {
		x.goods.acceptedAsDeclared(s)
		return
	}
	for _, l := range s.lines {
		l.Disposition = schemas.Quarantine // nobody has looked at the goods yet, so they are not for sale
	}
	s.say("Nobody inspected line(s) %s in time; accepted as declared.", lineList(s.lines))
	x.afterInspection(s)
}

func (x *exchanges) afterInspection(s *step) {
	x.stopLawFor(s)
	swap, money := sort2(s.lines, func(l *schemas.Line) bool { return l.Replacement != nil })
	if len(money) > 0 {
		s.tell("inspect.pass", vars{"lines": linesVar(money)})
		x.move(s, money, schemas.RefundApproved)
	}
	if len(swap) > 0 {
		s.tell("exchange.inspected", vars{"lines": linesVar(swap)})
		x.settleUp(s, swap)
	}
}

// stopLawFor ends the duty to pay back: an exchange owes an article.
func (x *exchanges) stopLawFor(_ *step) { x.stopClock("law.refund") }

// deductionTaken is the customer's choice after a failed inspection: pay for the wear, or have the goods back. What was sent in
// advance is then paid for with the deposit, once they have them.
func (x *exchanges) deductionTaken(s *step, d schemas.AnswerOffer) {
	if d.Choice == string(schemas.OfferSendBack) || s.lines[0].Offer.What == schemas.OfferSendBack {
		s.say("The customer wants line(s) %s back.", lineList(s.lines))
		x.leave(s, s.lines, schemas.CompletedPartial)
		return
	}
	s.say("The customer accepts the deduction for line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		l.Deduction = l.Payable.Sub(l.Refunded).Sub(l.Offer.Amount)
		l.Offer = nil
	}
	swap, money := sort2(s.lines, func(l *schemas.Line) bool { return l.Replacement != nil })
	pay, nothing := sort2(money, func(l *schemas.Line) bool { return l.Owed().Minor > 0 })
	x.move(s, pay, schemas.RefundApproved)
	x.end(s, nothing, schemas.CompletedPartial)
	x.settleUp(s, swap)
}

// neverSent is the customer's silence on the way back. Before anything was sent the request expires; a replacement that was sent in
// advance is paid for with the deposit.
func (x *exchanges) neverSent(s *step) {
	sent, rest := sort2(s.lines, sentInAdvance)
	if len(rest) > 0 {
		s.lines = rest
		x.expire(s)
	}
	if len(sent) > 0 {
		s.say("The old goods of line(s) %s did not come back; the deposit pays for the replacement.", lineList(sent))
		s.lines = sent
		x.move(s, sent, schemas.Confirmed)
	}
	s.lines = append(rest, sent...)
}

// sentInAdvance tells a line whose customer has the replacement before the old goods are back.
func sentInAdvance(l *schemas.Line) bool {
	return l.Replacement != nil && l.Replacement.ConfirmedAt != nil && l.Replacement.Both
}

// mayWithdrawExchange refuses once a replacement is on its way or money has moved.
func (x *exchanges) mayWithdrawExchange(s *step, d schemas.Withdraw) *schemas.Refusal {
	for _, l := range s.lines {
		if r := l.Replacement; r != nil && !x.rests(l) && (r.ShipmentID != "" || r.Settled != 0 || r.ConfirmedAt != nil) {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the replacement of line %s is paid for or on its way; it cannot be withdrawn any more.", l.LineID)}
		}
	}
	return x.mayWithdraw(s, d)
}

func (x *exchanges) withdrawnExchange(s *step, d schemas.Withdraw) { x.withdrawn(s, d) }
