package workflows

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of an exchange that becomes a return: the customer wants the money, or cannot have the article.

// mayConvert lets the customer have the money as long as no replacement is on its way.
func (x *exchanges) mayConvert(s *step, _ schemas.AnswerOffer) *schemas.Refusal {
	if refusal := beingAsked(s.lines); refusal != nil {
		return refusal
	}
	for _, l := range s.lines {
		if l.Replacement != nil && l.Replacement.ConfirmedAt != nil {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the replacement of line %s is with you already; what is open can be paid, or is taken out of the deposit.", l.LineID)}
		}
		if l.Replacement == nil || l.LeavesAs == schemas.Converted {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("the money for line %s is on its way already.", l.LineID)}
		}
	}
	return nil
}

// wantsMoney is the customer's no to every replacement.
func (x *exchanges) wantsMoney(s *step, _ schemas.AnswerOffer) {
	s.say("The customer wants the money for line(s) %s.", lineList(s.lines))
	x.convert(s, s.lines, "customer_choice")
}

// offerMoney is the first silence where something is missing: the money is offered, and made after the second.
func (x *exchanges) offerMoney(s *step) {
	there, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.Replacement.ConfirmedAt != nil })
	if len(there) > 0 {
		x.settleByDeposit(s, there)
		if s.lines = rest; len(rest) == 0 {
			s.lines = there
			return
		}
	}
	if x.asksAboutLostFacts() {
		x.lookUpOpenCharges(s.lines)
	}
	clock := x.named("payment_again")
	if s.lines[0].State == schemas.OutOfStock {
		clock = x.named("out_of_stock_again")
	}
	k := x.startOn(s, s.lines, clock, "the money is refunded")
	s.say("The customer is offered the money for line(s) %s.", lineList(s.lines))
	s.tell("exchange.money_offered", vars{"lines": linesVar(s.lines), "due": stamp(k.Due)})
}

func (x *exchanges) moneyUnasked(s *step) {
	s.say("The customer did not choose; the money for line(s) %s is refunded.", lineList(s.lines))
	x.convert(s, s.lines, "silence")
}

// convert turns lines into a return. Every effect on money is known before: open charges are given up, and what was paid for the
// difference is paid back first.
func (x *exchanges) convert(s *step, lines []*schemas.Line, why string) {
	lines, _ = sort2(lines, func(l *schemas.Line) bool { return l.LeavesAs != schemas.Converted })
	if len(lines) == 0 {
		return
	}
	s.note("convert", why)
	open := x.openCharges(lines)
	x.giveBackGoods(lines)
	for _, l := range lines {
		l.LeavesAs, l.Offer = schemas.Converted, nil
	}
	x.settleDeposits(s, lines)
	if len(open) == 0 {
		x.convertNow(s, lines)
		return
	}
	x.startOn(s, lines, "system", "ops are alerted")
	r := x.Opening.Request
	x.effect(schemas.PaymentLapse.Name, open[0].ChargeID, func(ctx workflow.Context) {
		for _, ch := range open {
			question := schemas.ChargeQuestion{CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, ChargeID: ch.ChargeID, At: x.now()}
			got, err := x.endCharge(ctx, schemas.PaymentLapse, ch, question, lines)
			if errors.Is(err, errSkipped) {
				x.endSkipped(ch, schemas.PaymentLapse.Name)
				continue
			}
			if x.stuckOn(err, schemas.PaymentLapse.Name, ch.ChargeID) {
				return
			}
			s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
			x.chargeSaid(s, ch, got.Status, got.Code)
			x.settle(s)
		}
		s := x.begin(schemas.EventConverted, schemas.System, schemas.DoorSystem)
		s.lines = lines
		s.say("Nothing can be paid for line(s) %s any more.", lineList(lines))
		x.convertNow(s, lines)
		x.settle(s)
	})
}

// convertNow goes on with lines for which nobody can pay any more: what was paid is on its way back, then the return begins.
func (x *exchanges) convertNow(s *step, lines []*schemas.Line) {
	back := x.chargesBack(lines)
	for _, l := range lines {
		l.Replacement.Settled, l.Replacement.GivesBack = 0, 0
		if x.countsTopUps() {
			l.Replacement.Settled = min(0, l.Replacement.Netted) // nothing on top is left, however often it is asked
		}
	}
	x.order(s, back...)
	x.giveBackNetted(s, lines)
	x.settleWithout(s, lines)
	paid, rest := sort2(lines, func(l *schemas.Line) bool { return x.underWay(l) > 0 })
	failed, paid := sort2(paid, func(l *schemas.Line) bool {
		return x.parksFailedDifferences() && slices.ContainsFunc(x.failedRefunds(), func(f *schemas.Refund) bool { return x.paysFor(f, l) })
	})
	second, rest := sort2(rest, func(l *schemas.Line) bool { return x.booksNetting() && x.owes(l).Minor > 0 })
	x.move(s, failed, schemas.RefundFailed)
	x.move(s, paid, schemas.RefundProcessing)
	x.move(s, second, schemas.RefundApproved)
	if len(rest) > 0 {
		x.startSuccessor(s, rest, schemas.KindReturn, "")
	}
}

// dropReplacement gives up what the customer was to have beside money that a bank has taken. A replacement that was not sent is given back with everything that was taken for it.
func (x *exchanges) dropReplacement(s *step, lines []*schemas.Line) {
	x.giveBack(s, lines, schemas.SettledExternally)
	if x.undoesNetting() {
		x.order(s, x.chargesBack(lines)...)
		x.giveBackNetted(s, lines)
		x.takeBackNetted(s, lines)
	} else {
		ids := lineIDs(lines)
		for _, ch := range x.Charges {
			if ch.Kind == schemas.ChargeDifference && ch.Status == schemas.ChargeSucceeded && subset(ch.Lines, ids) && !x.returned(ch) {
				x.returnCharge(s, ch)
			}
		}
	}
	for _, l := range lines {
		l.Replacement = nil
	}
}
