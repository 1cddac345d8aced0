package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// Money for lines that have ended, or are just going on in another case: what they had paid for another article of an exchange goes back, say.
// It moves beside every state, and needs a second person, and somebody who sees to it where it fails, like any other.

// hasLeft tells a line that stands in no state in which anything could be decided about its money.
func hasLeft(l *schemas.Line) bool {
	return l.State == schemas.Closed || l.State == schemas.Converting
}

// owedToLeft lists the lines of some picks that have left and are owed money which is not under way.
func (c *Case) owedToLeft(picks []schemas.PickLine) []*schemas.Line {
	lines, _ := sort2(c.Lines, func(l *schemas.Line) bool {
		return hasLeft(l) && l.Replacement != nil && picksContain(picks, l.LineID) && c.owes(l).Minor > c.underWay(l)
	})
	return lines
}

// asksForLeft reports whether a second person's open decision is about lines that have left: the case stays open for it.
func (c *Case) asksForLeft() bool {
	return c.asksAboutAllMoney() && slices.ContainsFunc(c.Approvals, func(a *schemas.Approval) bool {
		return a.DecidedBy == nil && a.Subject == subjectLargeRefund && len(c.owedToLeft(a.Lines)) > 0
	})
}

// askForLeft asks a second person about money for lines that have left. Where somebody is being asked already, it is about all of it.
func (c *Case) askForLeft(s *step, lines []*schemas.Line) {
	if len(lines) == 0 {
		return
	}
	for _, a := range c.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund && len(c.owedToLeft(a.Lines)) > 0 {
			for _, p := range picksOf(lines) {
				if !picksContain(a.Lines, p.LineID) {
					a.Lines = append(a.Lines, p)
				}
			}
			a.Amount = c.notUnderWay(c.owedToLeft(a.Lines))
			s.say("%s needs the second person who is asked already.", about(a))
			return
		}
	}
	c.openApproval(s, &schemas.Approval{Subject: subjectLargeRefund, Amount: c.notUnderWay(lines), Lines: picksOf(lines), Proposer: c.proposerOf(lines)})
}

// notUnderWay is what lines are owed beyond what is under way.
func (c *Case) notUnderWay(lines []*schemas.Line) schemas.Money {
	sum := c.money(0)
	for _, l := range lines {
		sum.Minor += max(0, c.owes(l).Minor-c.underWay(l))
	}
	return sum
}

// payLeft orders what a second person has granted for lines that have left.
func (c *Case) payLeft(s *step, a *schemas.Approval) {
	if !c.asksAboutAllMoney() {
		return
	}
	if lines := c.owedToLeft(a.Lines); len(lines) > 0 {
		c.order(s, c.spread(lines)...)
		c.pollUntilTheEnd(s)
	}
}

// keepFromLeft takes what a second person has refused off what lines that have left are owed, and reports whether there was any such line. As any
// refusal it can be appealed against, wherever the line is.
func (c *Case) keepFromLeft(s *step, a *schemas.Approval) bool {
	if !c.asksAboutAllMoney() {
		return false
	}
	lines := c.owedToLeft(a.Lines)
	for _, l := range lines {
		minor := c.owes(l).Minor - c.underWay(l)
		l.Replacement.GivesBack -= minor
		if c.hearsAppealsOfLeft() {
			l.Replacement.Refused += minor
			l.Rejection = &schemas.Rejection{By: s.actor, Reason: a.Reason, At: s.at}
		}
	}
	if len(lines) > 0 && !c.hearsAppealsOfLeft() {
		s.staff("staff.task", c.Owner, vars{"task": "left_unpaid", "due": stamp(c.firstDue())})
	}
	c.openAppeal(s, lines)
	return len(lines) > 0
}

// pollUntilTheEnd has the provider asked about what is under way in a case that is over but for that.
func (c *Case) pollUntilTheEnd(s *step) {
	if c.Closing && c.awaitsRefunds() && c.clock(c.named("refund_poll")) == nil {
		c.startClock(s, c.named("refund_poll"), pollSays)
	}
}

// refusedForEnded keeps a refund whose lines have all ended from being given up unseen where the ledger has no room for it: finance decides
// whether it is asked for again, or less of it. While a dispute keeps the money it waits for that.
func (c *Case) refusedForEnded(s *step, f *schemas.Refund, left schemas.OrderLeft) bool {
	lines := c.linesPaidBy(f)
	if !c.asksAboutAllMoney() || slices.ContainsFunc(lines, func(l *schemas.Line) bool { return l.State != schemas.Closed }) {
		return false
	}
	if s.lines = lines; c.held(schemas.RefundHold) || len(left.Disputes) > 0 {
		s.say("A dispute keeps the money; it is ordered when that is over.")
		f.Held, f.ChangedAt = true, stamp(s.at)
		c.holdForLedger(s)
		return true
	}
	f.Status, f.Code, f.ChangedAt = schemas.RefundFailedWord, schemas.CodeNoMoneyLeft, stamp(s.at)
	c.refundFailed(s, f, schemas.CodeNoMoneyLeft)
	return true
}

// hadEnded tells a line that had ended, or gone on in another case, before a refund of it failed here: nothing about it is decided again.
func hadEnded(l *schemas.Line) bool {
	for i, h := range l.History {
		next := l.State
		if i+1 < len(l.History) {
			next = l.History[i+1].State
		}
		if h.State == schemas.Closed && next == schemas.RefundFailed {
			return true
		}
	}
	return false
}

// goneOn tells a line that another case has taken over, and that stands here for a refund alone.
func goneOn(l *schemas.Line) bool {
	return l.LeavesAs == schemas.Converted && l.Holder != "" && slices.ContainsFunc(l.History, func(h schemas.StateSince) bool { return h.State == schemas.Converting })
}

// seeToFailed brings lines back for finance that have just gone on in another case while a refund for them had failed here: nothing could be
// done about it in CONVERTING. They end as they did once it is paid.
func (g *goods) seeToFailed(s *step, lines []*schemas.Line) {
	if !g.asksAboutAllMoney() {
		return
	}
	failed, _ := sort2(lines, func(l *schemas.Line) bool {
		return slices.ContainsFunc(g.failedRefunds(), func(f *schemas.Refund) bool { return g.ours(f.RefundID) && g.paysFor(f, l) })
	})
	for _, l := range failed {
		l.Outcome = schemas.OutcomeNone
	}
	g.move(s, failed, schemas.RefundFailed)
}
