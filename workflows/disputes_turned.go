package workflows

import "github.com/aftercare/aftercare/schemas"

// A bank that turns its decision round: what it had paid it has not paid.

// countBack takes back what was counted, where a bank turned its decision round: what was owed is owed by us again, and what was not goes back
// where it stood.
func (c *Case) countBack(s *step, d *schemas.Dispute) {
	var settled, looked []*schemas.Line
	for _, share := range d.Counted {
		for _, l := range c.Lines {
			if !c.covers(share, l) || l.BankTook == nil {
				continue
			}
			left := l.BankTook.Sub(c.money(partOfShare(share, l.Units)))
			l.BankTook = &left
			switch {
			case l.State == schemas.Closed && l.Outcome == schemas.SettledExternally:
				settled = append(settled, l)
			case l.LeavesAs == schemas.SettledExternally && c.turnsRoundUnderReview():
				looked = append(looked, l)
			}
		}
	}
	d.Counted = nil
	ended, rest := sort2(settled, func(l *schemas.Line) bool {
		return l.BeforeBank != nil && l.BeforeBank.State == schemas.Closed && l.BeforeBank.Outcome != schemas.SettledExternally
	})
	undecided, owed := sort2(rest, func(l *schemas.Line) bool {
		return l.BeforeBank != nil && l.Replacement == nil && undecidedIn(l.BeforeBank.State)
	})
	for _, l := range ended {
		l.Outcome = l.BeforeBank.Outcome
		s.say("Line %s stands as it did: %s.", l.LineID, l.Outcome)
	}
	owed = append(owed, c.standUnderReview(looked)...)
	if len(rest)+len(owed) == 0 {
		return
	}
	for _, l := range rest {
		l.Outcome = schemas.OutcomeNone
	}
	c.Following, c.EndsLater = false, false
	c.stopClock("survey.wait", "survey.open", "recovery", "recovery_survey")
	for _, l := range undecided {
		s.say("Line %s stands as it did: nothing was decided about it.", l.LineID)
		back := l.BeforeBank.State
		if back == schemas.Negotiating {
			back = schemas.Review // the offer has gone
		}
		c.move(s, []*schemas.Line{l}, back)
	}
	if len(owed) > 0 {
		s.say("Line(s) %s are owed again.", lineList(owed))
		c.move(s, owed, schemas.RefundApproved)
	}
}

// standUnderReview lets lines that a bank had settled, and that people look at again because their customer was not content, leave as they would have
// without it. It lists those that had been granted: nobody has to decide about them a second time.
func (c *Case) standUnderReview(lines []*schemas.Line) []*schemas.Line {
	var granted []*schemas.Line
	for _, l := range lines {
		l.LeavesAs = schemas.OutcomeNone
		switch before := l.BeforeBank; {
		case before != nil && before.State == schemas.Closed:
			l.LeavesAs = before.Outcome
		case before == nil || !undecidedIn(before.State):
			granted = append(granted, l)
		}
	}
	return granted
}

// undecidedIn reports whether nobody has granted a line in this state.
func undecidedIn(state schemas.State) bool {
	switch state {
	case schemas.WaitInfo, schemas.Review, schemas.Negotiating, schemas.RejectedAppealable, schemas.Appeal:
		return true
	}
	return false
}

// endedBefore takes the ledger's word for a dispute of which a reopened case hears only how it began: it was decided before, and what it paid is
// reckoned in what can still be paid here.
func (c *Case) endedBefore(s *step, d *schemas.Dispute, ledger schemas.DisputeStatus) {
	if !c.knowsWhatHadEnded() || !c.reopened() || d.Status.Over() || !ledger.Over() || !d.OpenedAt.Before(c.OpenedAt) {
		return
	}
	d.Status, d.DecidedAt, d.AnsweredAt = ledger, at(s.at), at(s.at)
	c.stopDisputeClocks(d)
	s.say("%s had ended before: %s.", d.DisputeID, ledger)
}
