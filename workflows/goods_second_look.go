package workflows

import "github.com/aftercare/aftercare/schemas"

// A finding on goods of great value: what an inspector finds there costs the customer much, so that a second person looks before it counts.
// Until then the goods stand in RECEIVED, whose clock runs on, and nobody has told the customer anything. Whatever silence there is accepts
// the goods as declared.

// secondLook is a case with goods that somebody inspects.
type secondLook interface {
	confirmFinding(*step, *schemas.Approval)
	dropFinding(*step, *schemas.Approval)
	lapseFinding(*step, *schemas.Approval)
	closeFindings()
}

// needsSecondLook reports whether a finding takes something off goods that are worth more than one person decides on.
func (g *goods) needsSecondLook(lines []*schemas.Line, d schemas.Fail) bool {
	return g.confirmsFindings() && g.owedFor(lines).Minor > g.Plan.Limits.LargeRefund.Minor && g.deductionFor(lines, d).Minor > 0
}

// askSecondLook keeps the finding until a second person has confirmed it. What it takes off is fixed now.
func (g *goods) askSecondLook(s *step, d schemas.Fail) {
	deduction := g.deductionFor(s.lines, d)
	d.Deduction = &deduction
	a := &schemas.Approval{Subject: subjectFinding, Amount: deduction, Lines: picksOf(s.lines), Finding: &d, Proposer: s.actor}
	s.note("finding", string(d.Finding))
	s.say("%s found line(s) %s %s and would take %s off; that counts once a second person has looked.", s.actor, lineList(s.lines), d.Finding, deduction)
	g.openApproval(s, a)
	for _, l := range s.lines {
		l.Unconfirmed = a.ApprovalID
	}
}

// unconfirmed are the lines that a finding waits for a second person on.
func (g *goods) unconfirmed(a *schemas.Approval) []*schemas.Line {
	lines, _ := sort2(g.inState(schemas.Received), func(l *schemas.Line) bool { return l.Unconfirmed == a.ApprovalID })
	return lines
}

func (g *goods) confirmFinding(s *step, a *schemas.Approval) {
	if s.lines = g.unconfirmed(a); len(s.lines) > 0 && a.Finding != nil {
		g.found(s, *a.Finding, a.Proposer)
	}
}

// dropFinding is the second person's no: the goods are inspected anew, and have the whole time for it.
func (g *goods) dropFinding(s *step, a *schemas.Approval) {
	s.lines = g.unconfirmed(a)
	for _, l := range s.lines {
		l.Unconfirmed = ""
	}
	if len(s.lines) > 0 {
		row := g.story.row(schemas.Received)
		g.startOn(s, s.lines, row.clock, row.silence.says)
	}
}

// lapseFinding is nobody's second look: what only one person has found is not held against the customer.
func (g *goods) lapseFinding(s *step, a *schemas.Approval) {
	who := schemas.Operator
	a.DecidedBy, a.Reason = &who, "nobody_decided"
	s.say("Nobody has looked a second time; the finding does not count.")
	if s.lines = g.unconfirmed(a); len(s.lines) > 0 {
		g.story.row(schemas.Received).silence.act(s)
	}
}

// closeFindings closes what a second person need not look at any more, because the goods have gone another way.
func (g *goods) closeFindings() {
	for _, l := range g.Lines {
		if l.State != schemas.Received {
			l.Unconfirmed = ""
		}
	}
	for _, a := range g.Approvals {
		if a.Subject == subjectFinding && a.DecidedBy == nil && len(g.unconfirmed(a)) == 0 {
			who := schemas.System
			a.DecidedBy, a.Reason = &who, "goods_gone_on"
			g.stopApproval(a)
		}
	}
}
