package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// openApproval asks a second person, on level 3 first.
func (c *Case) openApproval(s *step, a *schemas.Approval) {
	a.ApprovalID = fmt.Sprintf("a%d", c.next("approval"))
	a.Level, a.OpenedAt = 3, s.at
	a.Asked = c.personAt(3).ID
	c.Approvals = append(c.Approvals, a)
	c.askApprover(s, a, c.named("approval"), "the deputy is asked")
}

func (c *Case) askApprover(s *step, a *schemas.Approval, clock, then string) {
	k := c.startClock(s, clock, then)
	k.Trigger = a.ApprovalID
	s.say("%s needs a second person: level %d, %s.", about(a), a.Level, a.Asked)
	s.staff("staff.approval", a.Asked, vars{"subject": a.Subject, "amount": amount(a.Amount), "due": stamp(k.Due)})
}

// about is what a second person decides on: an amount, or a step that is to be skipped.
func about(a *schemas.Approval) string {
	if a.Subject == subjectSkip {
		return fmt.Sprintf("%s of %s (%s)", a.Subject, a.Step, a.StepID)
	}
	return fmt.Sprintf("%s of %s", a.Subject, a.Amount)
}

// approvalSilent turns to the deputy, then to the next level; after level 5 the operator grants: it is money that is owed. A step is never
// skipped by silence: the proposal lapses, and the step stays parked. Nor does a finding count by silence: the goods are accepted.
func (c *Case) approvalSilent(s *step) {
	a := c.approval(s.clock.Trigger)
	if a == nil || a.DecidedBy != nil {
		return
	}
	s.name = schemas.EventApprovalMoved
	person := c.personAt(a.Level)
	if s.clock.Name == c.named("approval") && person.Deputy != "" && a.Asked == person.ID {
		a.Asked = person.Deputy
		c.askApprover(s, a, c.named("approval_deputy"), "the next level is asked")
		return
	}
	if a.Level == 5 && a.Subject == subjectSkip {
		by := schemas.Operator
		a.DecidedBy, a.Reason = &by, "nobody_decided"
		c.stopApproval(a)
		c.skipRefused(a)
		s.say("Nobody has decided on %s; it lapses.", about(a))
		return
	}
	if a.Level == 5 && (a.Subject == subjectByHand || a.Subject == subjectOtherAccount) && c.lapsesUnseenPayouts() {
		who := schemas.Operator
		a.DecidedBy, a.Reason = &who, "last_rung"
		s.say("%s of %s lapses: nobody has looked at it. The refund still waits for finance.", a.Subject, a.Amount)
		return
	}
	if a.Level == 5 && a.Subject == subjectFinding {
		c.as.(secondLook).lapseFinding(s, a)
		return
	}
	if a.Level == 5 {
		c.grant(s, a, schemas.Operator, "last_rung")
		return
	}
	a.Level++
	c.Level = max(c.Level, a.Level)
	a.Asked = c.personAt(a.Level).ID
	c.askApprover(s, a, c.named("approval"), "the deputy is asked")
}

// mayDecideApproval wants an open approval, somebody who stands high enough, and not the proposer.
func (c *Case) mayDecideApproval(s *step, d schemas.DecideApproval) *schemas.Refusal {
	a := c.openOne(d.ApprovalID)
	if a == nil {
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "no approval is open here."}
	}
	if !isSecond(s.actor.Role, a.Subject) {
		return &schemas.Refusal{Code: schemas.CodeWrongRole, Message: "a supervisor or somebody above decides this approval; finance decides what was paid by hand or goes to another account, and another inspector confirms a finding."}
	}
	if a.Subject == subjectSkip && s.actor.Role == schemas.RoleFinance && !parkable[a.Step].money {
		return &schemas.Refusal{Code: schemas.CodeWrongRole, Message: fmt.Sprintf("a supervisor or somebody above decides whether %s is skipped; finance decides on steps of money.", a.Step)}
	}
	return fourEyes(&a.Proposer, s.actor, "proposed it")
}

func (c *Case) granted(s *step, d schemas.DecideApproval) {
	c.grant(s, c.openOne(d.ApprovalID), s.actor, d.Reason)
}

// grant records the second person's yes and does what waited for it.
func (c *Case) grant(s *step, a *schemas.Approval, by schemas.Actor, reason string) {
	a.DecidedBy, a.Granted, a.Reason = &by, true, reason
	c.stopApproval(a)
	s.note("approval_id", a.ApprovalID)
	s.say("%s granted by %s.", about(a), by)
	switch a.Subject {
	case subjectLargeRefund:
		lines, _ := sort2(c.inState(schemas.RefundApproved), func(l *schemas.Line) bool { return picksContain(a.Lines, l.LineID) })
		s.lines = lines
		c.orderRefunds(s, lines)
		c.payLeft(s, a)
	case subjectByHand:
		c.byHand(s, a)
	case subjectOtherAccount:
		c.elsewhere(s, a)
	case subjectChargeback:
		c.concede(s, a.DisputeID)
	case subjectSkip:
		c.skipGranted(s, a)
	case subjectFinding:
		c.as.(secondLook).confirmFinding(s, a)
	}
}

// approvalRefused records the second person's no. For a large refund the lines become a refusal that can be appealed; a
// payment by hand simply did not count.
func (c *Case) approvalRefused(s *step, d schemas.DecideApproval) {
	a := c.openOne(d.ApprovalID)
	who := s.actor
	a.DecidedBy, a.Reason = &who, d.Reason
	c.stopApproval(a)
	s.note("approval_id", a.ApprovalID)
	s.say("%s refused by %s: %s.", about(a), who, d.Reason)
	c.skipRefused(a)
	if a.Subject == subjectFinding {
		c.as.(secondLook).dropFinding(s, a)
	}
	if a.Subject == subjectLargeRefund {
		lines, _ := sort2(c.inState(schemas.RefundApproved), func(l *schemas.Line) bool { return picksContain(a.Lines, l.LineID) })
		if c.keepFromLeft(s, a) && len(lines) == 0 {
			return
		}
		c.reject(s, lines, schemas.Rejection{By: who, Reason: d.Reason, At: s.at})
	}
}

// mayRefuseApproval wants a reason too: a refusal without one cannot be appealed against.
func (c *Case) mayRefuseApproval(s *step, d schemas.DecideApproval) *schemas.Refusal {
	if d.Reason == "" {
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "reason", Message: "say why."}
	}
	return c.mayDecideApproval(s, d)
}

func (c *Case) approval(id string) *schemas.Approval {
	for _, a := range c.Approvals {
		if a.ApprovalID == id {
			return a
		}
	}
	return nil
}

// openOne finds an open approval by id, or the only open one.
func (c *Case) openOne(id string) *schemas.Approval {
	var found *schemas.Approval
	for _, a := range c.Approvals {
		if a.DecidedBy != nil || (id != "" && a.ApprovalID != id) {
			continue
		}
		if found == nil {
			found = a
		}
	}
	return found
}

func (c *Case) stopApproval(a *schemas.Approval) {
	kept := c.Clocks[:0]
	for _, k := range c.Clocks {
		if k.Trigger != a.ApprovalID {
			kept = append(kept, k)
		}
	}
	c.Clocks = kept
}

// reject refuses lines: a person's word, which can be appealed.
func (c *Case) reject(s *step, lines []*schemas.Line, r schemas.Rejection) {
	for _, l := range lines {
		word := r
		l.Rejection, l.Offer = &word, nil
	}
	c.move(s, lines, schemas.RejectedAppealable)
	s.tell("case.rejected", vars{"lines": linesVar(lines), "reason": r.Reason, "due": stamp(c.dueOf(lines))})
}
