package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What is ordered from the payment provider, and what becomes of its words.

// request asks the provider for a refund. What comes back is its word on the order; only a later fact or a look-up says
// that the money has moved.
func (c *Case) request(f *schemas.Refund) {
	if c.held(schemas.RefundHold) {
		f.Held = true
		return
	}
	r := c.Opening.Request
	order := schemas.RefundOrder{
		CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID,
		Refund: *f, Units: c.settledBy(f), At: c.now(),
	}
	c.effect(schemas.RefundRequest.Name, f.RefundID, func(ctx workflow.Context) {
		if f.Replaces != "" && c.heardSince(ctx, c.refund(f.Replaces), f) {
			return
		}
		receipt, err := do(ctx, c, schemas.RefundRequest, f.RefundID, order)
		if err != nil {
			refusal := asRefusal(err)
			receipt = schemas.RefundReceipt{RefundID: f.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeNoAnswer, Amount: f.Amount}
			if refusal.Code != schemas.CodeUnavailable {
				// The ledger itself refused: no provider was asked, and nothing can have moved.
				receipt.Status, receipt.Code = schemas.RefundFailedWord, refusal.Code
			} else if forGood(err) && c.parksSteps() {
				// The provider will never take it. Asking what became of it would be asking for ever.
				receipt.Status, receipt.Code = schemas.RefundFailedWord, causeOf(err).Code
				f.Unsure = holdsSomething(receipt.Code)
			}
		}
		s := c.begin(wordName(receipt.Status), schemas.System, schemas.DoorSystem)
		if receipt.Left != nil {
			c.payWhatIsLeft(s, f, *receipt.Left)
		} else {
			c.providerSaid(s, f, receipt.Status, receipt.Code)
		}
		c.settle(s)
	})
}

// settledBy lists the units that count as settled once a refund has succeeded. Those of lines that go on as another kind are settled by
// whoever pays for them in the end: what goes back here is a difference.
func (c *Case) settledBy(f *schemas.Refund) []schemas.LineUnits {
	lines, _ := sort2(c.linesPaidBy(f), func(l *schemas.Line) bool { return l.LeavesAs != schemas.Converted })
	return unitsOf(lines)
}

// holdsSomething tells the failures after which the provider may hold something under the number all the same.
func holdsSomething(code schemas.Code) bool {
	return code == "amount_differs" || code == "key_reused"
}

// wordName names the event of an answer to an order: only one that was taken is accepted.
func wordName(status schemas.RefundStatus) string {
	if status == schemas.RefundAccepted {
		return schemas.EventRefundAccepted
	}
	return schemas.EventRefundWord
}

// payWhatIsLeft goes on where the ledger has no room for a refund: other cases have been paid from the same line or payment since it was
// promised. No provider was asked. What is left is ordered instead under a new number, the customer and the owner hear how much is
// missing, and a line for which nothing is left goes to a person: nobody can pay more than the order holds, so only words can help.
func (c *Case) payWhatIsLeft(s *step, f *schemas.Refund, left schemas.OrderLeft) {
	s.note("refund_id", f.RefundID)
	s.note("code", string(schemas.CodeNoMoneyLeft))
	s.say("Less is left of the order than refund %s of %s; no provider was asked.", f.RefundID, f.Amount)
	if c.refusedForEnded(s, f, left) {
		return
	}
	f.Status, f.Code, f.ChangedAt = schemas.RefundCancelled, schemas.CodeNoMoneyLeft, stamp(s.at)
	if c.held(schemas.RefundHold) || len(left.Disputes) > 0 {
		c.waitForBank(s, f, left)
		return
	}
	for i := range c.Payments {
		for _, p := range left.Payments {
			if p.PaymentID == c.Payments[i].PaymentID {
				c.Payments[i].Refundable = p.Refundable.Add(c.orderedOf(p.PaymentID))
			}
		}
	}
	rest := map[string]int64{}
	for _, l := range left.Lines {
		rest[l.LineID] = l.Amount.Minor
	}
	open, _ := sort2(c.linesPaidBy(f), func(l *schemas.Line) bool { return l.State != schemas.Closed })
	missing := make([]int64, len(open))
	for i, l := range open {
		want := l.Owed().Minor - c.underWay(l)
		if c.cutsDifferences() {
			want = max(0, c.owes(l).Minor-c.underWay(l))
		}
		rest[l.LineID] += c.onTopLeft(l)
		missing[i] = max(0, want-max(0, rest[l.LineID]))
		rest[l.LineID] -= want - missing[i]
		c.cut(l, missing[i])
	}
	fresh := c.spread(open)
	for _, n := range fresh {
		if f.Replaces != "" {
			n.Method = f.Method
		}
		c.order(s, n)
	}
	var ordered, short int64
	for i, l := range open {
		over := max(0, l.Owed().Minor-c.underWay(l)) // what no payment covers
		if c.cutsDifferences() {
			over = max(0, c.owes(l).Minor-c.underWay(l))
		}
		c.cut(l, over)
		if missing[i] += over; missing[i] > 0 {
			sum := c.money(missing[i])
			if l.Short != nil {
				sum = sum.Add(*l.Short)
			}
			l.Short = &sum
		}
		short += missing[i]
		ordered += c.underWay(l)
	}
	s.lines = open
	if short > 0 {
		s.note("short", c.money(short).String())
		s.say("%s of it is ordered, %s cannot be paid.", c.money(ordered), c.money(short))
		s.tell("refund.reduced", vars{"lines": linesVar(open), "amount": amount(c.money(ordered)), "short": amount(c.money(short))})
	}
	idle, _ := sort2(open, func(l *schemas.Line) bool { return c.underWay(l) == 0 && !(c.cutsDifferences() && beside(l)) })
	paid, nothing := sort2(idle, func(l *schemas.Line) bool { return l.Refunded.Minor > 0 || c.asksAboutAllMoney() && hadEnded(l) })
	c.afterRefund(s, paid)
	for _, l := range nothing {
		l.Code = schemas.CodeNoMoneyLeft
		l.Verdict.Proposal, l.Verdict.Owed, l.Verdict.Auto, l.Verdict.Reason = schemas.ProposeReview, false, false, string(schemas.CodeNoMoneyLeft)
	}
	c.move(s, nothing, schemas.Review)
	if short > 0 {
		due := c.dueOf(nothing)
		if due.IsZero() {
			due = c.firstDue()
		}
		s.staff("staff.task", c.Owner, vars{"task": "refund_reduced", "due": stamp(due)})
	}
}

// cut takes what cannot be paid any more off what a line is owed: its price, or of an exchange what the replacement costs less.
func (c *Case) cut(l *schemas.Line, minor int64) {
	if c.cutsDifferences() && l.Replacement != nil {
		l.Replacement.GivesBack -= minor
		return
	}
	l.Payable.Minor -= minor
}

// orderedOf sums up what this case has ordered of a payment.
func (c *Case) orderedOf(paymentID string) schemas.Money {
	sum := c.money(0)
	for _, f := range c.Refunds {
		if f.PaymentID == paymentID && f.Status != schemas.RefundCancelled && !f.Held {
			sum = sum.Add(f.Amount)
		}
	}
	return sum
}

// heardSince asks the provider once more about a refund that people are about to settle in another way. The answer also
// tells the ledger, which has heard of a failure through a fact only, that the number is free. It reports whether the
// refund has gone through after all: then nothing else may be paid, and what was ordered instead of it is given up.
func (c *Case) heardSince(ctx workflow.Context, f, instead *schemas.Refund) bool {
	r := c.Opening.Request
	question := schemas.RefundQuestion{CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, At: c.now()}
	receipt, err := do(ctx, c, schemas.RefundLookup, f.RefundID, question)
	if err != nil || receipt.Status != schemas.RefundSucceeded {
		return false
	}
	s := c.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
	f.Status = schemas.RefundUnknown // it had been given up; the provider's word counts again
	if instead != nil {
		instead.Status = schemas.RefundCancelled
	}
	c.providerSaid(s, f, receipt.Status, receipt.Code)
	c.settle(s)
	return true
}

// lookUp asks the provider what became of a refund; it is never a second order.
func (c *Case) lookUp(f *schemas.Refund) {
	r := c.Opening.Request
	question := schemas.RefundQuestion{CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, At: c.now()}
	c.effect(schemas.RefundLookup.Name, f.RefundID, func(ctx workflow.Context) {
		receipt, err := do(ctx, c, schemas.RefundLookup, f.RefundID, question)
		if forGood(err) && c.parksSteps() && news(f.Status, schemas.RefundFailedWord) {
			// The provider will never say. Finance finds out what became of it; until then it goes no other way.
			s := c.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
			f.Unsure = true
			c.providerSaid(s, f, schemas.RefundFailedWord, causeOf(err).Code)
			c.settle(s)
			return
		}
		if err != nil {
			return // the clock on the refund asks again
		}
		if receipt.Code == schemas.CodeUnknownRefund {
			// The provider never took the order, and says so: it is given again, under the same number.
			c.request(f)
			return
		}
		if receipt.Status == f.Status {
			return
		}
		s := c.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
		c.providerSaid(s, f, receipt.Status, receipt.Code)
		c.settle(s)
	})
}

// providerSaid applies a provider's word to a refund and sends its lines on.
func (c *Case) providerSaid(s *step, f *schemas.Refund, status schemas.RefundStatus, code schemas.Code) {
	if f.Status == schemas.RefundManual || f.Status == schemas.RefundCancelled {
		s.say("The provider says %s of %s, which was settled otherwise.", status, f.RefundID)
		return
	}
	if !news(f.Status, status) {
		s.say("%s is known to be %s.", f.RefundID, f.Status)
		return
	}
	before := f.Status
	f.Status, f.Code, f.ChangedAt = status, code, stamp(s.at)
	s.note("refund_id", f.RefundID)
	s.note("amount", f.Amount.String())
	s.lines = c.linesPaidBy(f)
	switch status {
	case schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundUnknown:
		s.say("Refund %s of %s is %s.", f.RefundID, f.Amount, status)
		if before == schemas.RefundRequested {
			waiting, _ := sort2(s.lines, func(l *schemas.Line) bool { return l.State == schemas.RefundApproved })
			c.move(s, waiting, schemas.RefundProcessing)
			s.tell("refund.started", vars{"amount": amount(f.Amount), "method": f.Method, "due": stamp(s.at.Add(c.Plan.Clocks[c.named("refund_processing_max")].After.D()))})
		}
	case schemas.RefundSucceeded:
		s.say("Refund %s of %s succeeded.", f.RefundID, f.Amount)
		c.credit(f, +1)
		c.afterRefund(s, s.lines)
		c.proveAll(s)
	case schemas.RefundFailedWord:
		s.say("Refund %s of %s failed: %s.", f.RefundID, f.Amount, code)
		s.note("code", string(code))
		if !c.bankPaysInstead(s, f) {
			c.refundFailed(s, f, code)
		}
	case schemas.RefundReversed:
		s.say("Refund %s of %s came back after it had succeeded.", f.RefundID, f.Amount)
		if before == schemas.RefundSucceeded {
			c.credit(f, -1)
		}
		s.tell("refund.reversed", vars{"amount": amount(f.Amount)})
		if !c.bankPaysInstead(s, f) {
			c.refundFailed(s, f, schemas.CodeReversed)
		}
	case schemas.RefundManual:
		s.say("Refund %s is %s.", f.RefundID, status)
		if c.believesTheLedger() && !moved(before) {
			c.credit(f, +1)
			c.afterRefund(s, s.lines)
		}
	case schemas.RefundCancelled:
		s.say("Refund %s is %s.", f.RefundID, status)
	}
}

// news reports whether a word changes what is known of a refund. Words overtake each other: an answer that the order was
// taken may come after the word that it failed, and a success after its own reversal. What is known is only weakened by
// asking again, which begins with "requested".
func news(known, word schemas.RefundStatus) bool {
	switch known {
	case schemas.RefundSucceeded:
		return word == schemas.RefundReversed
	case schemas.RefundReversed:
		return false
	case schemas.RefundFailedWord:
		return word == schemas.RefundSucceeded || word == schemas.RefundReversed
	}
	return word != known
}

// credit adds what a refund brought, or took back, to the lines it pays.
func (c *Case) credit(f *schemas.Refund, sign int64) {
	for _, l := range c.Lines {
		l.Refunded = l.Refunded.Add(c.money(sign * c.partFor(f, l)))
	}
}

// beside reports whether the money of a line moves beside its own way: the difference of an exchange is paid back while the
// replacement travels, and is looked at again at the end.
func beside(l *schemas.Line) bool {
	switch l.State {
	case schemas.RefundApproved, schemas.RefundProcessing, schemas.RefundFailed, schemas.Refunded, schemas.Closed:
		return false
	}
	return l.Replacement != nil
}

// afterRefund sends lines on for which everything owed has come through.
func (c *Case) afterRefund(s *step, lines []*schemas.Line) {
	done, _ := sort2(lines, func(l *schemas.Line) bool {
		return l.Outcome == schemas.OutcomeNone && c.underWay(l) == 0 && l.State != schemas.Refunded && !beside(l)
	})
	c.move(s, done, schemas.Refunded)
}

// refundFailed parks the lines with finance. Money that could not be delivered is never closed unpaid.
func (c *Case) refundFailed(s *step, f *schemas.Refund, code schemas.Code) {
	var lines []*schemas.Line
	for _, l := range c.linesPaidBy(f) {
		if l.State == schemas.Closed {
			l.Outcome = schemas.OutcomeNone
			c.Following, c.Closing = false, false
			c.stopClock("survey.wait", "survey.open", "recovery", "recovery_survey")
		}
		if !beside(l) || c.waitsAtTheEnd(l) {
			lines = append(lines, l)
		}
	}
	c.move(s, lines, schemas.RefundFailed)
	s.tell("refund.failed", vars{"amount": amount(f.Amount)})
	for _, p := range c.Plan.People[schemas.RoleFinance] {
		s.staff("staff.refund_failed", p.ID, vars{"amount": amount(f.Amount), "code": string(code), "due": stamp(c.dueOf(lines))})
		break
	}
	if code == schemas.CodeBalance {
		if c.clock("refund.retry") == nil {
			c.startClock(s, "refund.retry", "the refund is asked for again with the same number")
		}
	}
}

// again asks for a failed refund once more, with the same number: the provider pays it once, however often it is asked.
func (c *Case) again(s *step, f *schemas.Refund) {
	f.Status, f.Code, f.ChangedAt, f.Confirmed, f.Unsure = schemas.RefundRequested, "", stamp(s.at), false, false
	s.say("Refund %s is asked for again.", f.RefundID)
	lines, _ := sort2(c.linesPaidBy(f), func(l *schemas.Line) bool { return l.State == schemas.RefundFailed })
	c.toProcessing(s, lines)
	c.request(f)
}

// toProcessing lets lines wait for the provider once none of their refunds waits for people.
func (c *Case) toProcessing(s *step, lines []*schemas.Line) {
	free, _ := sort2(lines, func(l *schemas.Line) bool {
		for _, f := range c.Refunds {
			if (f.Status == schemas.RefundFailedWord || f.Status == schemas.RefundReversed) && c.paysFor(f, l) {
				return false
			}
		}
		return true
	})
	c.move(s, free, schemas.RefundProcessing)
}

// byHand books a payment outside the provider, once its second person has granted it.
func (c *Case) byHand(s *step, a *schemas.Approval) {
	f := c.refund(a.RefundID)
	r := c.Opening.Request
	order := schemas.ByHandOrder{
		CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, ProofID: a.ProofID,
		Maker: a.Proposer, Checker: *a.DecidedBy, Units: unitsOf(c.linesPaidBy(f)), At: s.at,
		Refund: f, CustomerID: r.CustomerID,
	}
	c.effect(schemas.RefundByHand.Name, f.RefundID, func(ctx workflow.Context) {
		if c.heardSince(ctx, f, nil) {
			return
		}
		_, err := insist(ctx, c, schemas.RefundByHand, f.RefundID, order, parking[schemas.ByHandOrder]{
			lines: c.linesPaidBy(f), moot: func() bool { return f.Status != schemas.RefundFailedWord && f.Status != schemas.RefundReversed },
		})
		if c.stuckOn(err, schemas.RefundByHand.Name, f.RefundID) {
			return
		}
		s := c.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
		f.Status, f.ProofID, f.ChangedAt = schemas.RefundManual, a.ProofID, stamp(s.at)
		s.note("refund_id", f.RefundID)
		s.say("Refund %s was paid by hand, proof %s.", f.RefundID, a.ProofID)
		s.lines = c.linesPaidBy(f)
		c.credit(f, +1)
		c.afterRefund(s, s.lines)
		c.settle(s)
	})
}

// elsewhere gives a failed refund up for a new one to another account. The ledger frees the old reservation and makes the
// new one in one transaction, so that no moment exists in which both could be paid.
func (c *Case) elsewhere(s *step, a *schemas.Approval) {
	old := c.refund(a.RefundID)
	fresh := *old
	fresh.Confirmed = false
	fresh.RefundID = fmt.Sprintf("%s/refund/%d", c.CaseID, c.next("refund"))
	fresh.Method, fresh.Replaces, fresh.Status, fresh.Code, fresh.ChangedAt = a.Method, old.RefundID, schemas.RefundRequested, "", stamp(s.at)
	old.Status, old.ChangedAt = schemas.RefundCancelled, stamp(s.at)
	c.Refunds = append(c.Refunds, &fresh)
	s.say("Refund %s of %s ordered instead of %s.", fresh.RefundID, fresh.Amount, old.RefundID)
	lines, _ := sort2(c.linesPaidBy(&fresh), func(l *schemas.Line) bool { return l.State == schemas.RefundFailed })
	c.toProcessing(s, lines)
	c.request(&fresh)
}
