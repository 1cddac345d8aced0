package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Subjects of a second person's decision.
const (
	subjectLargeRefund  = "large_refund"
	subjectByHand       = "paid_by_hand"
	subjectOtherAccount = "other_account"
)

// refunded is what the provider confirmed, and what finance paid by hand with proof.
func (c *Case) refunded() schemas.Money {
	sum := c.money(0)
	for _, f := range c.Refunds {
		if f.Status == schemas.RefundSucceeded || f.Status == schemas.RefundManual {
			sum = sum.Add(f.Amount)
		}
	}
	return sum
}

// payOut is the work of REFUND_APPROVED: what is owed for the lines is refunded, above the limit after a second person's word.
func (c *Case) payOut(s *step) {
	total := c.owedFor(s.lines)
	if total.Minor <= 0 {
		s.say("Nothing is left to pay.")
		c.afterRefund(s, s.lines)
		return
	}
	if c.needsSecond(s.lines) {
		c.openApproval(s, &schemas.Approval{Subject: subjectLargeRefund, Amount: total, Lines: picksOf(s.lines), Proposer: c.proposerOf(s.lines)})
		return
	}
	c.orderRefunds(s, s.lines)
}

// needsSecond reports whether a second person must grant the refund of these lines: when it takes the case above the limit,
// so that nobody stays below it by paying in parts.
func (c *Case) needsSecond(lines []*schemas.Line) bool {
	return c.refunded().Add(c.owedFor(lines)).Minor > c.Plan.Limits.LargeRefund.Minor && !c.approved(lines)
}

func (c *Case) owedFor(lines []*schemas.Line) schemas.Money {
	sum := c.money(0)
	for _, l := range lines {
		sum = sum.Add(l.Owed())
	}
	return sum
}

// approved reports whether a second person has granted a refund for all of these lines.
func (c *Case) approved(lines []*schemas.Line) bool {
	for _, l := range lines {
		granted := false
		for _, a := range c.Approvals {
			if a.Granted && a.Subject == subjectLargeRefund && picksContain(a.Lines, l.LineID) {
				granted = true
			}
		}
		if !granted {
			return false
		}
	}
	return true
}

func picksContain(picks []schemas.PickLine, lineID string) bool {
	for _, p := range picks {
		if p.LineID == lineID {
			return true
		}
	}
	return false
}

// proposerOf is who approved the wish: the one person who may not also grant its refund.
func (c *Case) proposerOf(lines []*schemas.Line) schemas.Actor {
	for _, l := range lines {
		if l.Approver != nil {
			return *l.Approver
		}
	}
	return schemas.System
}

// orderRefunds spreads what is owed over the order's payments and orders one refund for each.
func (c *Case) orderRefunds(s *step, lines []*schemas.Line) {
	for _, f := range c.spread(lines) {
		f.RefundID = fmt.Sprintf("%s/refund/%d", c.CaseID, c.next("refund"))
		f.Status, f.ChangedAt = schemas.RefundRequested, stamp(s.at)
		c.Refunds = append(c.Refunds, f)
		s.say("Refund %s of %s ordered.", f.RefundID, f.Amount)
		c.request(f)
	}
	unpaid, _ := sort2(lines, func(l *schemas.Line) bool { return c.underWay(l) == 0 })
	if len(unpaid) > 0 {
		s.say("Nothing is left of the order's payments for line(s) %s.", lineList(unpaid))
		c.afterRefund(s, unpaid)
	}
}

// spread cuts what the lines are owed into one refund per payment, in the order of the payments, none above what is left of
// its payment. The whole is never more than what was paid; what no payment covers any more is not promised.
func (c *Case) spread(lines []*schemas.Line) []*schemas.Refund {
	left := map[string]int64{}
	for _, p := range c.Payments {
		left[p.PaymentID] = p.Refundable.Minor
	}
	for _, f := range c.Refunds {
		if f.Status != schemas.RefundCancelled {
			left[f.PaymentID] -= f.Amount.Minor
		}
	}
	var refunds []*schemas.Refund
	for _, l := range lines {
		owed := l.Owed().Minor - c.underWay(l)
		for _, p := range c.Payments {
			part := min(owed, left[p.PaymentID])
			if part <= 0 {
				continue
			}
			owed -= part
			left[p.PaymentID] -= part
			refunds = addShare(refunds, p, c.method(p), schemas.Share{LineID: l.LineID, Units: l.Units, Amount: c.money(part)})
		}
	}
	return refunds
}

// underWay is what has been ordered for a line and has neither come through nor been given up.
func (c *Case) underWay(l *schemas.Line) int64 {
	var sum int64
	for _, f := range c.Refunds {
		switch f.Status {
		case schemas.RefundSucceeded, schemas.RefundManual, schemas.RefundCancelled:
			continue
		}
		for _, share := range f.Shares {
			if share.LineID == l.LineID && sameUnits(share.Units, l.Units) {
				sum += share.Amount.Minor
			}
		}
	}
	return sum
}

func addShare(refunds []*schemas.Refund, p schemas.Payment, method string, share schemas.Share) []*schemas.Refund {
	for _, f := range refunds {
		if f.PaymentID == p.PaymentID {
			f.Shares = append(f.Shares, share)
			f.Amount = f.Amount.Add(share.Amount)
			return refunds
		}
	}
	return append(refunds, &schemas.Refund{PaymentID: p.PaymentID, Method: method, Amount: share.Amount, Shares: []schemas.Share{share}})
}

// method is where the money of a payment goes: back the way it came, or to the gift card the customer asked for.
func (c *Case) method(p schemas.Payment) string {
	if c.Method != "" && c.Method != schemas.SettleOriginal {
		return c.Method
	}
	return p.Method
}

// request asks the provider for a refund. What comes back is its word on the order; only a later fact or a look-up says
// that the money has moved.
func (c *Case) request(f *schemas.Refund) {
	r := c.Opening.Request
	order := schemas.RefundOrder{
		CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID,
		Refund: *f, Units: unitsOf(c.linesPaidBy(f)), At: c.now(),
	}
	c.effect(schemas.RefundRequest.Name, f.RefundID, func(ctx workflow.Context) {
		receipt, err := do(ctx, c, schemas.RefundRequest, f.RefundID, order)
		if err != nil {
			refusal := asRefusal(err)
			receipt = schemas.RefundReceipt{RefundID: f.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeNoAnswer, Amount: f.Amount}
			if refusal.Code != schemas.CodeUnavailable {
				// The ledger itself refused: no provider was asked, and nothing can have moved.
				receipt.Status, receipt.Code = schemas.RefundFailedWord, refusal.Code
			}
		}
		s := c.begin(schemas.EventRefundAccepted, schemas.System, schemas.DoorSystem)
		c.providerSaid(s, f, receipt.Status, receipt.Code)
		c.settle(s)
	})
}

// lookUp asks the provider what became of a refund; it is never a second order.
func (c *Case) lookUp(f *schemas.Refund) {
	r := c.Opening.Request
	question := schemas.RefundQuestion{CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, At: c.now()}
	c.effect(schemas.RefundLookup.Name, f.RefundID, func(ctx workflow.Context) {
		receipt, err := do(ctx, c, schemas.RefundLookup, f.RefundID, question)
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
	if f.Status == schemas.RefundSucceeded && status != schemas.RefundReversed {
		s.say("%s is known to have succeeded.", f.RefundID)
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
			s.tell("refund.started", vars{"amount": amount(f.Amount), "method": f.Method, "due": stamp(s.at.Add(c.Plan.Clocks["return.refund_processing_max"].After.D()))})
		}
	case schemas.RefundSucceeded:
		s.say("Refund %s of %s succeeded.", f.RefundID, f.Amount)
		c.credit(f, +1)
		c.afterRefund(s, s.lines)
	case schemas.RefundFailedWord:
		s.say("Refund %s of %s failed: %s.", f.RefundID, f.Amount, code)
		s.note("code", string(code))
		c.refundFailed(s, f, code)
	case schemas.RefundReversed:
		s.say("Refund %s of %s came back after it had succeeded.", f.RefundID, f.Amount)
		if before == schemas.RefundSucceeded {
			c.credit(f, -1)
		}
		s.tell("refund.reversed", vars{"amount": amount(f.Amount)})
		c.refundFailed(s, f, schemas.CodeReversed)
	case schemas.RefundManual, schemas.RefundCancelled:
		s.say("Refund %s is %s.", f.RefundID, status)
	}
}

// credit adds what a refund brought, or took back, to the lines it pays.
func (c *Case) credit(f *schemas.Refund, sign int64) {
	for _, share := range f.Shares {
		for _, l := range c.Lines {
			if share.LineID == l.LineID && sameUnits(share.Units, l.Units) {
				l.Refunded = l.Refunded.Add(c.money(sign * share.Amount.Minor))
			}
		}
	}
}

// afterRefund sends lines on for which everything owed has come through.
func (c *Case) afterRefund(s *step, lines []*schemas.Line) {
	done, _ := sort2(lines, func(l *schemas.Line) bool {
		return l.Outcome == schemas.OutcomeNone && c.underWay(l) == 0 && l.State != schemas.Refunded
	})
	c.move(s, done, schemas.Refunded)
}

// refundFailed parks the lines with finance. Money that could not be delivered is never closed unpaid.
func (c *Case) refundFailed(s *step, f *schemas.Refund, code schemas.Code) {
	var lines []*schemas.Line
	for _, l := range c.linesPaidBy(f) {
		if l.State == schemas.Closed {
			l.Outcome = schemas.OutcomeNone
			c.Following = false
			c.stopClock("survey.wait", "survey.open", "recovery", "recovery_survey")
		}
		lines = append(lines, l)
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
	f.Status, f.Code, f.ChangedAt = schemas.RefundRequested, "", stamp(s.at)
	s.say("Refund %s is asked for again.", f.RefundID)
	lines, _ := sort2(c.linesPaidBy(f), func(l *schemas.Line) bool { return l.State == schemas.RefundFailed })
	c.toProcessing(s, lines)
	c.request(f)
}

// toProcessing lets lines wait for the provider once none of their refunds waits for people.
func (c *Case) toProcessing(s *step, lines []*schemas.Line) {
	free, _ := sort2(lines, func(l *schemas.Line) bool {
		for _, f := range c.Refunds {
			if (f.Status == schemas.RefundFailedWord || f.Status == schemas.RefundReversed) && paysFor(f, l) {
				return false
			}
		}
		return true
	})
	c.move(s, free, schemas.RefundProcessing)
}

func (c *Case) refund(id string) *schemas.Refund {
	for _, f := range c.Refunds {
		if f.RefundID == id {
			return f
		}
	}
	return nil
}

// failing lists the refunds that wait for finance.
func (c *Case) failedRefunds() []*schemas.Refund {
	var failed []*schemas.Refund
	for _, f := range c.Refunds {
		if f.Status == schemas.RefundFailedWord || f.Status == schemas.RefundReversed {
			failed = append(failed, f)
		}
	}
	return failed
}

func (c *Case) linesPaidBy(f *schemas.Refund) []*schemas.Line {
	var lines []*schemas.Line
	for _, l := range c.Lines {
		if paysFor(f, l) {
			lines = append(lines, l)
		}
	}
	return lines
}

func paysFor(f *schemas.Refund, l *schemas.Line) bool {
	for _, share := range f.Shares {
		if share.LineID == l.LineID && sameUnits(share.Units, l.Units) {
			return true
		}
	}
	return false
}

func sameUnits(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// byHand books a payment outside the provider, once its second person has granted it.
func (c *Case) byHand(s *step, a *schemas.Approval) {
	f := c.refund(a.RefundID)
	r := c.Opening.Request
	order := schemas.ByHandOrder{
		CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, RefundID: f.RefundID, ProofID: a.ProofID,
		Maker: a.Proposer, Checker: *a.DecidedBy, Units: unitsOf(c.linesPaidBy(f)), At: s.at,
	}
	c.effect(schemas.RefundByHand.Name, f.RefundID, func(ctx workflow.Context) {
		_, err := do(ctx, c, schemas.RefundByHand, f.RefundID, order)
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
	fresh.RefundID = fmt.Sprintf("%s/refund/%d", c.CaseID, c.next("refund"))
	fresh.Method, fresh.Replaces, fresh.Status, fresh.Code, fresh.ChangedAt = a.Method, old.RefundID, schemas.RefundRequested, "", stamp(s.at)
	old.Status, old.ChangedAt = schemas.RefundCancelled, stamp(s.at)
	c.Refunds = append(c.Refunds, &fresh)
	s.say("Refund %s of %s ordered instead of %s.", fresh.RefundID, fresh.Amount, old.RefundID)
	lines, _ := sort2(c.linesPaidBy(&fresh), func(l *schemas.Line) bool { return l.State == schemas.RefundFailed })
	c.toProcessing(s, lines)
	c.request(&fresh)
}
