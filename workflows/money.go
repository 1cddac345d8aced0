package workflows

import (
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// Subjects of a second person's decision.
const (
	subjectLargeRefund  = "large_refund"
	subjectByHand       = "paid_by_hand"
	subjectOtherAccount = "other_account"
	subjectChargeback   = "chargeback"
	subjectSkip         = "skip_step"
	subjectFinding      = "finding"
)

// refunded is what the provider confirmed, and what finance paid by hand with proof, in this case. What a case before had paid counts
// there; only where it has come back since does it count here, as less.
func (c *Case) refunded() schemas.Money {
	sum := c.money(0)
	for _, f := range c.Refunds {
		paid := f.Status == schemas.RefundSucceeded || f.Status == schemas.RefundManual
		switch ours := c.ours(f.RefundID); {
		case ours && paid:
			sum = sum.Add(f.Amount)
		case !ours && !paid:
			sum = sum.Sub(f.Amount)
		}
	}
	return sum
}

// refundedInAll is what the customer has had for these lines, in this case and in those that it continues.
func (c *Case) refundedInAll() schemas.Money {
	sum := c.refunded()
	for _, f := range c.Refunds {
		if !c.ours(f.RefundID) {
			sum = sum.Add(f.Amount)
		}
	}
	return sum
}

// charged is what the customer paid on top, and deposits that were taken.
func (c *Case) charged() schemas.Money {
	sum := c.money(0)
	for _, ch := range c.Charges {
		if c.ours(ch.ChargeID) && (ch.Status == schemas.ChargeSucceeded || ch.Status == schemas.ChargeCaptured) {
			sum = sum.Add(ch.Amount)
		}
	}
	return sum
}

// payOut is the work of REFUND_APPROVED: what is owed for the lines is refunded, above the limit after a second person's word.
func (c *Case) payOut(s *step) {
	total := c.owedNow(s.lines)
	if total.Minor <= 0 {
		s.say("Nothing is left to pay.")
		c.afterRefund(s, s.lines)
		return
	}
	if c.held(schemas.RefundHold) {
		s.say("The refund of line(s) %s waits: a %s stands (%s).", lineList(s.lines), schemas.RefundHold, c.keptBy(schemas.RefundHold))
		c.keepBack(s, s.lines)
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
	return c.aboveLimit(lines) && !c.approved(lines)
}

// aboveLimit reports whether the refund of these lines takes the case above the limit, with what has gone out and what is on its way, or whether
// the rules want a second person for it in any case.
func (c *Case) aboveLimit(lines []*schemas.Line) bool {
	sum := c.refundedInAll().Add(c.owedNow(lines))
	if c.asksAboutAllMoney() {
		sum = sum.Sub(c.owedNow(lines)).Add(c.onItsWay()).Add(c.notUnderWay(lines))
	}
	return sum.Minor > c.Plan.Limits.LargeRefund.Minor || secondByRule(lines)
}

// onItsWay is what has been ordered and may still come through.
func (c *Case) onItsWay() schemas.Money {
	sum := c.money(0)
	for _, f := range c.Refunds {
		if c.ours(f.RefundID) && !moved(f.Status) && f.Status != schemas.RefundCancelled {
			sum = sum.Add(f.Amount)
		}
	}
	return sum
}

// secondByRule reports whether the rules want a second person for any of these lines, whatever the amount.
func secondByRule(lines []*schemas.Line) bool {
	for _, l := range lines {
		if l.Verdict.Second != "" {
			return true
		}
	}
	return false
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
	if c.held(schemas.RefundHold) {
		s.say("It is ordered when no %s stands any more.", schemas.RefundHold)
		c.keepBack(s, lines)
		return
	}
	c.order(s, c.spread(lines)...)
	unpaid, _ := sort2(lines, func(l *schemas.Line) bool { return c.underWay(l) == 0 })
	if len(unpaid) > 0 {
		s.say("Nothing is left of the order's payments for line(s) %s.", lineList(unpaid))
		c.afterRefund(s, unpaid)
	}
}

// order numbers refunds and asks the provider for them.
func (c *Case) order(s *step, refunds ...*schemas.Refund) {
	for _, f := range refunds {
		f.RefundID = fmt.Sprintf("%s/refund/%d", c.CaseID, c.next("refund"))
		f.Status, f.ChangedAt = schemas.RefundRequested, stamp(s.at)
		c.Refunds = append(c.Refunds, f)
		if c.held(schemas.RefundHold) {
			s.say("Refund %s of %s is kept back: a %s stands.", f.RefundID, f.Amount, schemas.RefundHold)
		} else {
			s.say("Refund %s of %s ordered.", f.RefundID, f.Amount)
		}
		c.request(f)
	}
}

// owes is the money that a line is owed: its price, or of an exchange what the replacement costs less.
func (c *Case) owes(l *schemas.Line) schemas.Money {
	if l.Replacement == nil {
		return l.Owed()
	}
	owes := l.Replacement.GivesBack - l.Refunded.Minor
	if l.BankTook != nil {
		owes -= l.BankTook.Minor
	}
	return c.money(max(0, owes))
}

func (c *Case) owedNow(lines []*schemas.Line) schemas.Money {
	sum := c.money(0)
	for _, l := range lines {
		sum = sum.Add(c.owes(l))
	}
	return sum
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
		owed, top := c.owes(l).Minor-c.underWay(l), c.onTopLeft(l)
		for _, p := range c.paymentsFor(l) {
			part := min(owed, left[p.PaymentID])
			if p.Charged && l.OnTop != nil {
				part = min(part, top)
				top -= max(0, part)
			}
			if part <= 0 {
				continue
			}
			owed -= part
			left[p.PaymentID] -= part
			gone := l.State == schemas.Converting || l.Outcome == schemas.Converted
			refunds = addShare(refunds, p, c.method(p), schemas.Share{LineID: l.LineID, Units: l.Units, Amount: c.money(part), Netted: gone})
		}
	}
	return refunds
}

// paymentsFor are the payments that a line is paid back from, in their order. What was paid on top for an article that failed again goes back
// first, out of its own charge: the ledger counts only the rest against what the line cost.
func (c *Case) paymentsFor(l *schemas.Line) []schemas.Payment {
	if l.OnTop == nil {
		return c.Payments
	}
	var top, rest []schemas.Payment
	for _, p := range c.Payments {
		switch {
		case !p.Charged:
			rest = append(rest, p)
		case contains(p.Lines, l.LineID):
			top = append(top, p)
		}
	}
	return append(top, rest...)
}

// onTopLeft is what of a line's money goes back out of charges, and has not been ordered yet.
func (c *Case) onTopLeft(l *schemas.Line) int64 {
	if l.OnTop == nil {
		return 0
	}
	left := l.OnTop.Minor
	for _, f := range c.Refunds {
		charge := slices.ContainsFunc(c.Payments, func(p schemas.Payment) bool { return p.Charged && p.PaymentID == f.PaymentID })
		for _, share := range f.Shares {
			if charge && f.Status != schemas.RefundCancelled && share.LineID == l.LineID && sameUnits(share.Units, l.Units) {
				left -= share.Amount.Minor
			}
		}
	}
	return max(0, left)
}

// underWay is what has been ordered for a line and has neither come through nor been given up.
func (c *Case) underWay(l *schemas.Line) int64 {
	var sum int64
	for _, f := range c.Refunds {
		switch f.Status {
		case schemas.RefundSucceeded, schemas.RefundManual, schemas.RefundCancelled:
			continue
		}
		sum += c.partFor(f, l)
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
		if c.paysFor(f, l) {
			lines = append(lines, l)
		}
	}
	return lines
}

// paysFor reports whether a refund pays for a line, whole or in part.
func (c *Case) paysFor(f *schemas.Refund, l *schemas.Line) bool {
	for _, share := range f.Shares {
		if c.covers(share, l) {
			return true
		}
	}
	return false
}

// partFor is what a refund brings a line, in minor units.
func (c *Case) partFor(f *schemas.Refund, l *schemas.Line) int64 { return c.partOfShares(f.Shares, l) }
