package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What disputes do to money. The ledger has the first word: it keeps what a bank has taken back out of the same payment and the same
// lines that refunds are paid from, so that no money can leave both ways.

// book has the ledger write down how a dispute stands, one word after the other, and does what follows from it.
func (c *Case) book(d *schemas.Dispute) {
	key := fmt.Sprintf("%s/dispute/%d", c.CaseID, c.next("dispute"))
	c.unbooked++
	c.effect(schemas.DisputeBook.Name, key, func(ctx workflow.Context) {
		if workflow.Await(ctx, func() bool { return !c.booking }) != nil {
			c.unbooked--
			return
		}
		c.booking = true
		defer func() { c.booking = false }()
		got, err := do(ctx, c, schemas.DisputeBook, key, c.disputeOrder(d))
		c.unbooked--
		if c.stuckOn(err, schemas.DisputeBook.Name, key) || c.ClosedAt != nil {
			return
		}
		s := c.begin(schemas.EventDisputeBooked, schemas.System, schemas.DoorSystem)
		s.note("dispute_id", d.DisputeID)
		c.booked(s, d, got)
		c.settle(s)
	})
}

func (c *Case) disputeOrder(d *schemas.Dispute) schemas.DisputeOrder {
	r := c.Opening.Request
	order := schemas.DisputeOrder{
		CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID, Dispute: *d, At: c.now(),
		Takes: d.Pays || d.Kind == schemas.Chargeback && !d.Status.Over(),
	}
	if d.Pays {
		for _, f := range c.Refunds {
			if !c.inFlight(f) && !moved(f.Status) && f.Status != schemas.RefundCancelled {
				order.GiveUp = append(order.GiveUp, f.RefundID)
			}
		}
	}
	order.Lines = c.wantedFrom(d)
	return order
}

// wantedFrom is what a dispute may keep of each line in all: what has been counted of it already, and what is owed still. The parts of a line that
// was split have one sum, as the ledger knows one line.
func (c *Case) wantedFrom(d *schemas.Dispute) []schemas.Share {
	var wanted []schemas.Share
	for _, l := range c.Lines {
		owed := l.Owed().Minor - c.movingFor(l)
		if owed <= 0 {
			continue
		}
		if i := slices.IndexFunc(wanted, func(w schemas.Share) bool { return w.LineID == l.LineID }); i >= 0 {
			wanted[i].Amount.Minor += owed
		} else {
			wanted = append(wanted, schemas.Share{LineID: l.LineID, Amount: c.money(owed + counted(d, l.LineID))})
		}
	}
	return wanted
}

// inFlight tells a refund whose end nobody knows: the provider has it, or may have it.
func (c *Case) inFlight(f *schemas.Refund) bool {
	switch f.Status {
	case schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundUnknown:
		return !f.Held
	case schemas.RefundSucceeded, schemas.RefundFailedWord, schemas.RefundReversed, schemas.RefundManual, schemas.RefundCancelled:
		return false
	}
	return false
}

func moved(status schemas.RefundStatus) bool {
	return status == schemas.RefundSucceeded || status == schemas.RefundManual
}

// movingFor is what is in flight for a line.
func (c *Case) movingFor(l *schemas.Line) int64 {
	var sum int64
	for _, f := range c.Refunds {
		if c.inFlight(f) {
			sum += c.partFor(f, l)
		}
	}
	return sum
}

// refundInFlight refuses what must wait for the end of a refund: an answer to a bank that says "refunded", or "not refunded", must be
// true.
func (c *Case) refundInFlight() *schemas.Refusal {
	for _, f := range c.Refunds {
		if c.inFlight(f) {
			return &schemas.Refusal{Code: schemas.CodeInFlight, Message: fmt.Sprintf("refund %s of %s is under way; its end is waited for, and proof of a refund that arrived is handed in by itself.", f.RefundID, f.Amount)}
		}
	}
	return nil
}

// booked goes on with what the ledger has written down.
func (c *Case) booked(s *step, d *schemas.Dispute, got schemas.DisputeReceipt) {
	d.Booked = true
	if got.Taken.Currency == c.Currency {
		d.Taken, d.Over, d.Shares = got.Taken, got.Over, got.Shares
	}
	s.note("taken", d.Taken.String())
	s.say("The ledger keeps %s for %s.", d.Taken, d.DisputeID)
	c.endedBefore(s, d, got.Status)
	if d.Over.Minor > 0 {
		s.say("%s of it had been paid out before.", d.Over)
	}
	for _, f := range c.Refunds {
		if slices.Contains(got.GivenUp, f.RefundID) {
			f.Status, f.Held, f.ChangedAt = schemas.RefundCancelled, false, stamp(s.at)
			s.say("Refund %s is given up.", f.RefundID)
		}
	}
	if got.Left != nil {
		c.paymentsLeft(*got.Left)
	}
	switch {
	case d.Pays:
		c.countBank(s, d)
	case d.Status.Over():
		c.countBack(s, d)
	}
	if c.paysWhatIsGivenUp() {
		c.payTheRest(s, got.GivenUp)
	}
	if x, ok := c.as.(*exchanges); ok {
		x.bankKeeps(s, d)
	}
	if !d.Status.Over() {
		return
	}
	if d.Status == schemas.DisputeAccepted && d.AnsweredAt == nil {
		d.AnsweredAt = at(s.at)
		c.sendAnswer(d, true)
	}
	if d.Pays && d.Over.Minor > 0 {
		c.tellFinance(s, "paid_twice")
	}
	c.liftHolds(s, func(h schemas.Hold) bool { return h.DisputeID == d.DisputeID })
	c.endIfItWaited(s)
}

// payTheRest pays what is still owed for lines whose refund was given up for a bank's, where the bank has paid less, or for something else.
func (c *Case) payTheRest(s *step, givenUp []string) {
	var lines []*schemas.Line
	for _, id := range givenUp {
		f := c.refund(id)
		if f == nil {
			continue
		}
		for _, l := range c.linesPaidBy(f) {
			stuck := l.State == schemas.RefundFailed || l.State == schemas.RefundProcessing
			if stuck && !slices.Contains(lines, l) {
				lines = append(lines, l)
			}
		}
	}
	waiting, idle := sort2(lines, func(l *schemas.Line) bool { return c.underWay(l) > 0 })
	if c.paysBesideWhatIsUnderWay() && len(waiting) > 0 {
		c.order(s, c.spread(waiting)...)
		c.toProcessing(s, waiting)
	}
	owed, done := sort2(idle, func(l *schemas.Line) bool { return c.owes(l).Minor > 0 })
	c.move(s, owed, schemas.RefundApproved)
	c.afterRefund(s, done)
}

func (c *Case) tellFinance(s *step, task string) {
	to := c.Owner
	if p := c.Plan.People[schemas.RoleFinance]; len(p) > 0 {
		to = p[0].ID
	}
	s.staff("staff.task", to, vars{"task": task, "due": stamp(c.firstDue())})
}

// endIfItWaited ends a case that only a dispute has kept open.
func (c *Case) endIfItWaited(s *step) {
	if c.EndsLater && c.Following && !c.disputed() {
		c.EndsLater = false
		s.then = func() { c.close(c.outcome(), nil) }
	}
}

// paymentsLeft takes over what the ledger says is left of each payment.
func (c *Case) paymentsLeft(left schemas.OrderLeft) {
	for i := range c.Payments {
		for _, p := range left.Payments {
			if p.PaymentID == c.Payments[i].PaymentID {
				c.Payments[i].Refundable = p.Refundable.Add(c.orderedOf(p.PaymentID))
			}
		}
	}
}

// countBank counts what a bank gave the customer as paid for the lines it was kept from. A line for which nothing is owed any more goes
// to its end; goods that are on their way are waited for all the same.
func (c *Case) countBank(s *step, d *schemas.Dispute) {
	var touched []*schemas.Line
	sum := c.money(0)
	for _, share := range d.Shares {
		rest := share.Amount.Minor - counted(d, share.LineID)
		for _, l := range c.Lines {
			part := min(rest, l.Owed().Minor-c.underWay(l))
			if l.LineID != share.LineID || part <= 0 {
				continue
			}
			rest -= part
			took := c.money(part)
			if l.BankTook != nil {
				took = took.Add(*l.BankTook)
			}
			l.BankTook = &took
			d.Counted = append(d.Counted, schemas.Share{LineID: l.LineID, Units: l.Units, Amount: c.money(part)})
			sum = sum.Add(c.money(part))
			touched = append(touched, l)
		}
	}
	if len(touched) == 0 {
		return
	}
	s.lines = touched
	s.say("%s of line(s) %s went to the customer by %s.", sum, lineList(touched), d.DisputeID)
	s.tell("external.settled", vars{"amount": amount(sum)})
	done, partly := sort2(touched, func(l *schemas.Line) bool { return l.Owed().Minor <= 0 && c.underWay(l) == 0 })
	c.paidOutside(s, done)
	again, _ := sort2(partly, func(l *schemas.Line) bool {
		return c.underWay(l) == 0 && (l.State == schemas.RefundFailed || l.State == schemas.RefundProcessing)
	})
	c.move(s, again, schemas.RefundApproved)
}

func counted(d *schemas.Dispute, lineID string) int64 {
	var sum int64
	for _, share := range d.Counted {
		if share.LineID == lineID {
			sum += share.Amount.Minor
		}
	}
	return sum
}

// paidOutside sends lines on whose money went to the customer another way.
func (c *Case) paidOutside(s *step, lines []*schemas.Line) {
	sent, rest := sort2(lines, func(l *schemas.Line) bool {
		return l.Replacement != nil && (l.Replacement.ShipmentID != "" || l.Replacement.ConfirmedAt != nil)
	})
	if len(sent) > 0 {
		// The customer has the money and the replacement, or soon will: people recover one of them.
		s.staff("staff.task", c.Owner, vars{"task": "recover_goods", "due": stamp(c.firstDue())})
	}
	swap, _ := sort2(rest, func(l *schemas.Line) bool { return l.Replacement != nil && l.State != schemas.Closed })
	if x, ok := c.as.(*exchanges); ok && len(swap) > 0 {
		x.dropReplacement(s, swap)
	}
	var settled, ended []*schemas.Line
	for _, l := range rest {
		if c.remembersWhereItStood() {
			l.BeforeBank = &schemas.Stood{State: l.State, Outcome: l.Outcome}
		}
		switch l.State {
		case schemas.Closed:
			l.Outcome = endsAs(l, l.Outcome)
		case schemas.WaitShipback, schemas.ReturnInTransit, schemas.Received, schemas.SendBack, schemas.Refunded:
			// The goods are still followed.
		case schemas.InspectionFailed, schemas.RefundApproved, schemas.RefundProcessing, schemas.RefundFailed:
			settled = append(settled, l)
		default:
			if l.GoodsWith == schemas.TurnWarehouse {
				settled = append(settled, l)
			} else {
				ended = append(ended, l)
			}
		}
	}
	c.move(s, settled, schemas.Refunded)
	c.end(s, ended, schemas.SettledExternally)
}

// endsAs is the outcome of a line all of whose money the customer had from a bank, however it leaves.
func endsAs(l *schemas.Line, outcome schemas.Outcome) schemas.Outcome {
	switch outcome {
	case schemas.Converted, schemas.Merged, schemas.Invalid:
		return outcome
	}
	kept := l.Replacement != nil && l.Replacement.ConfirmedAt != nil
	if l.BankTook == nil || kept || l.BankTook.Add(l.Deduction).Minor < l.Payable.Minor || l.BankTook.Minor <= 0 {
		return outcome
	}
	return schemas.SettledExternally
}

// settleUnits marks units for good that a bank has paid for.
func (c *Case) settleUnits(lines []*schemas.Line) {
	units := unitsOf(lines)
	if len(units) == 0 {
		return
	}
	key := fmt.Sprintf("%s/settle/%d", c.CaseID, c.next("settle"))
	order := schemas.SettleOrder{CaseID: c.CaseID, Units: units, At: c.now()}
	c.effect(schemas.ClaimsSettle.Name, key, func(ctx workflow.Context) {
		_, err := do(ctx, c, schemas.ClaimsSettle, key, order)
		c.stuckOn(err, schemas.ClaimsSettle.Name, key)
	})
}

// bankPaysInstead is a refund that did not come through while a chargeback has taken the money: it is given up for that.
func (c *Case) bankPaysInstead(s *step, f *schemas.Refund) bool {
	for _, d := range c.Disputes {
		if !d.Pays || d.Over.Minor <= 0 || d.PaymentID != "" && d.PaymentID != f.PaymentID {
			continue
		}
		s.say("The bank has paid it: %s.", d.DisputeID)
		var lines []*schemas.Line
		for _, l := range c.linesPaidBy(f) {
			if l.State == schemas.Closed {
				l.Outcome = schemas.OutcomeNone
				c.Following = false
				c.stopClock("survey.wait", "survey.open", "recovery", "recovery_survey")
			}
			if !beside(l) {
				lines = append(lines, l)
			}
		}
		c.move(s, lines, schemas.RefundFailed)
		c.book(d)
		return true
	}
	return false
}

// waitForBank keeps lines whose refund the ledger has no room for because a bank has taken the money back: the word of it is on its way
// to the case, or here already. Nothing was ordered, and nobody is told that less is paid.
func (c *Case) waitForBank(s *step, f *schemas.Refund, left schemas.OrderLeft) {
	c.paymentsLeft(left)
	c.holdForLedger(s)
	lines, _ := sort2(c.linesPaidBy(f), func(l *schemas.Line) bool { return l.State != schemas.Closed && !beside(l) })
	s.lines = lines
	s.say("A dispute keeps the money; line(s) %s wait for it.", lineList(lines))
	away, here := sort2(lines, func(l *schemas.Line) bool { return l.State != schemas.RefundApproved })
	c.keepBack(s, here)
	c.move(s, away, schemas.RefundApproved)
}

// holdForLedger keeps refunds back for a dispute that only the ledger knows yet.
func (c *Case) holdForLedger(s *step) {
	if !c.held(schemas.RefundHold) {
		c.Holds = append(c.Holds, schemas.Hold{Kind: schemas.RefundHold, Reason: "ledger", By: schemas.System, At: s.at})
		k := c.startClock(s, "hold.refund", caseExpiries["hold.refund"].says)
		k.Trigger = string(schemas.RefundHold)
	}
}

// proveAll answers chargebacks of money that has reached the customer.
func (c *Case) proveAll(s *step) {
	for _, d := range c.Disputes {
		c.proveRefunds(s, d)
	}
}

// proveRefunds answers a chargeback by itself where all of it has been refunded: the proof is handed in, and nobody has to judge.
func (c *Case) proveRefunds(s *step, d *schemas.Dispute) {
	if d.Kind != schemas.Chargeback || d.Status != schemas.DisputeOpen || d.Amount.Minor <= 0 || c.refundInFlight() != nil {
		return
	}
	var ids []string
	var sum int64
	for _, f := range c.Refunds {
		if moved(f.Status) && (d.PaymentID == "" || d.PaymentID == f.PaymentID) {
			ids = append(ids, f.RefundID)
			sum += f.Amount.Minor
		}
	}
	if sum < d.Amount.Minor {
		return
	}
	who := schemas.System
	d.Status, d.AnsweredAt, d.AnsweredBy, d.Refunds = schemas.DisputeAnswered, at(s.at), &who, ids
	s.say("%s is answered with proof of the refund(s) %v.", d.DisputeID, ids)
	c.awaitDecision(s, d)
	c.sendAnswer(d, false)
}
