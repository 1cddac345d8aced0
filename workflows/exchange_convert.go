package workflows

import (
	"errors"
	"fmt"

	enums "go.temporal.io/api/enums/v1"
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
	var back []*schemas.Refund
	ids := lineIDs(lines)
	for _, ch := range x.Charges {
		if ch.Kind == schemas.ChargeDifference && ch.Status == schemas.ChargeSucceeded && subset(ch.Lines, ids) && !x.returned(ch) {
			back = append(back, &schemas.Refund{PaymentID: ch.ChargeID, Method: ch.Method, Amount: ch.Amount, Shares: sharesOf(ch, lines, ch.Amount)})
		}
	}
	for _, l := range lines {
		l.Replacement.Settled, l.Replacement.GivesBack = 0, 0
	}
	x.order(s, back...)
	paid, rest := sort2(lines, func(l *schemas.Line) bool { return x.underWay(l) > 0 })
	x.move(s, paid, schemas.RefundProcessing)
	if len(rest) > 0 {
		x.startSuccessor(s, rest)
	}
}

// returned reports whether a charge is paid back already.
func (x *exchanges) returned(ch *schemas.Charge) bool {
	for _, f := range x.Refunds {
		if f.PaymentID == ch.ChargeID && f.Status != schemas.RefundCancelled {
			return true
		}
	}
	return false
}

// sharesOf gives what goes back of a charge to the first of its lines: it pays for no article, only for a difference.
func sharesOf(ch *schemas.Charge, lines []*schemas.Line, sum schemas.Money) []schemas.Share {
	for _, l := range lines {
		if contains(ch.Lines, l.LineID) {
			return []schemas.Share{{LineID: l.LineID, Units: l.Units, Amount: sum}}
		}
	}
	return nil
}

// startSuccessor opens the return that goes on with lines, and ends them here once it has started. It is a case of its own: this one
// may have other lines.
func (x *exchanges) startSuccessor(s *step, lines []*schemas.Line) {
	next := schemas.SuccessorID(x.CaseID)
	if x.Successor != "" {
		next = schemas.SuccessorID(x.Successor)
	}
	x.Successor = next
	opening := x.handOver(lines)
	s.say("Line(s) %s go on as a return, case %s.", lineList(lines), next)
	s.note("successor_id", next)
	x.startOn(s, lines, "system", "ops are alerted")
	x.effect(successor, next, func(ctx workflow.Context) {
		if x.booksWhatGoesOn() && !x.bookDifferences(ctx, lines) {
			return
		}
		begin := func(*Parked) error {
			child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
				WorkflowID: next, TaskQueue: string(schemas.QueueCases), ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
				WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, Priority: x.servedBy(),
			})
			return workflow.ExecuteChildWorkflow(child, schemas.WorkflowReturn, opening).GetChildWorkflowExecution().Get(ctx, nil)
		}
		err := x.untilFreed(ctx, begin(nil), waiting{name: successor, key: next, lines: lines}, begin)
		if x.stuckOn(err, successor, next) {
			return
		}
		s := x.begin(schemas.EventConverted, schemas.System, schemas.DoorSystem)
		s.lines = lines
		s.note("successor_id", next)
		s.say("Case %s has begun; line(s) %s end here.", next, lineList(lines))
		s.tell("case.converted", vars{"successor": next, "lines": linesVar(lines)})
		x.hand(s, lines)
		x.settle(s)
	})
}

// bookDifferences asks the provider once more about the differences that were paid back for lines, so that the ledger has its word on them
// before the lines leave the case. Their units are settled by whoever pays for them in the end.
func (x *exchanges) bookDifferences(ctx workflow.Context, lines []*schemas.Line) bool {
	r := x.Opening.Request
	for _, f := range x.Refunds {
		if f.Status != schemas.RefundSucceeded || f.Confirmed || !x.paysAny(f, lines) {
			continue
		}
		question := schemas.RefundQuestion{CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, At: x.now()}
		got, err := do(ctx, x.Case, schemas.RefundLookup, f.RefundID, question)
		if x.stuckOn(err, schemas.RefundLookup.Name, f.RefundID) {
			return false
		}
		if f.Confirmed = got.Status == schemas.RefundSucceeded; f.Confirmed {
			continue
		}
		s := x.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
		x.providerSaid(s, f, got.Status, got.Code)
		x.settle(s)
	}
	return true
}

// hand ends lines here without freeing their units: the successor's intake has taken them over, or will.
func (x *exchanges) hand(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		l.Outcome = schemas.Converted
	}
	x.move(s, lines, schemas.Closed)
}

// handOver is what the successor begins with: the wish for money, and how far the goods have come.
func (x *exchanges) handOver(lines []*schemas.Line) schemas.Opening {
	r := x.Opening.Request
	r.Kind, r.Lines = schemas.KindReturn, nil
	if r.SettleWith != "" {
		r.SettleWith = schemas.SettleOriginal
	}
	over := &schemas.Handover{Owner: x.Owner, Priority: x.Priority, Level: x.Level, Evidence: x.Evidence}
	for _, l := range lines {
		r.Lines = append(r.Lines, schemas.RequestLine{LineID: l.LineID, Quantity: l.Quantity})
		over.Lines = append(over.Lines, schemas.HandedLine{
			LineID: l.LineID, Units: l.Units, GoodsWith: l.GoodsWith, Waybill: l.Waybill, Disposition: l.Disposition,
			Finding: l.Finding, Freight: l.Verdict.Freight, Inspected: l.Disposition != "", Rule: l.Verdict.Rule, Approver: l.Approver,
		})
		if p := x.parcel(l.Waybill); p != nil && !over.Has(l.Waybill) {
			over.Parcels = append(over.Parcels, schemas.Parcel(*p))
		}
	}
	for _, p := range x.Parcels {
		if p.Returning {
			over.Parcels = append(over.Parcels, *p) // the successor hears of it when it is back, and puts it away
			p.Returning, p.Goods = false, nil
		}
	}
	first := x.OpenedAt
	if p := x.Opening.Predecessor; p != nil && !p.FirstReceivedAt.IsZero() {
		first = p.FirstReceivedAt
	}
	return schemas.Opening{
		Request: r, Policy: x.Opening.Policy, Door: schemas.DoorWorkflow,
		Predecessor: x.passOn(lines, &schemas.Predecessor{CaseID: x.CaseID, Why: "convert", FirstReceivedAt: first, Handover: over}),
	}
}

// dropReplacement gives up what the customer was to have beside money that a bank has taken. A replacement that was not sent is given back with everything that was taken for it.
func (x *exchanges) dropReplacement(s *step, lines []*schemas.Line) {
	x.giveBack(s, lines, schemas.SettledExternally)
	ids := lineIDs(lines)
	for _, ch := range x.Charges {
		if ch.Kind == schemas.ChargeDifference && ch.Status == schemas.ChargeSucceeded && subset(ch.Lines, ids) && !x.returned(ch) {
			x.returnCharge(s, ch)
		}
	}
	for _, l := range lines {
		l.Replacement = nil
	}
}
