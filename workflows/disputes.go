package workflows

import (
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// A dispute is decided by somebody outside: a bank that takes a payment back, a platform, an authority. The case answers in time, keeps
// money back that could be paid twice, and does as it was decided. Its lines stand where they stand meanwhile.

// disputeClocks are the clocks on our answer, by kind.
var disputeClocks = map[schemas.DisputeKind]string{
	schemas.DisputePlatform: "external.platform", schemas.DisputePSP: "external.psp_complaint", schemas.DisputeRegulator: "external.regulator",
	schemas.DisputeADR: "external.adr", schemas.Chargeback: "external.chargeback", schemas.DisputeCourt: "external.court",
}

// disputeWord is the kind of a dispute in a sentence.
func disputeWord(k schemas.DisputeKind) string {
	switch k {
	case schemas.DisputePlatform:
		return "dispute with the platform"
	case schemas.DisputePSP:
		return "complaint with the payment provider"
	case schemas.DisputeRegulator:
		return "complaint with the authority"
	case schemas.DisputeADR:
		return "dispute before the body for dispute resolution"
	case schemas.Chargeback:
		return "chargeback"
	case schemas.DisputeCourt:
		return "court case"
	}
	return string(k)
}

// disputed reports whether somebody outside has not decided yet. A case does not close before.
func (c *Case) disputed() bool {
	return c.waitsForBookings() && c.unbooked > 0 || slices.ContainsFunc(c.Disputes, func(d *schemas.Dispute) bool { return !d.Status.Over() })
}

func (c *Case) dispute(id string) *schemas.Dispute {
	for _, d := range c.Disputes {
		if d.DisputeID == id {
			return d
		}
	}
	return nil
}

// theDispute finds an open dispute by its number, or the only open one.
func (c *Case) theDispute(id string) (*schemas.Dispute, *schemas.Refusal) {
	var found *schemas.Dispute
	for _, d := range c.Disputes {
		if d.Status.Over() || id != "" && d.DisputeID != id {
			continue
		}
		if found != nil {
			return nil, &schemas.Refusal{Code: schemas.CodeMissingField, Field: "dispute_id", Message: "several disputes are open; say which."}
		}
		found = d
	}
	if found == nil {
		return nil, &schemas.Refusal{Code: schemas.CodeUnknownDispute, Field: "dispute_id", Message: "no dispute of this number is open here; `starter show` lists them."}
	}
	return found, nil
}

// saidAt is when something happened outside.
func (s *step) saidAt() time.Time {
	if s.report != nil {
		return s.report.OccurredAt
	}
	return s.at
}

// externalUpdated is a new due, or a dispute that goes on after its decision (pre-arbitration).
func (c *Case) externalUpdated(s *step, w schemas.ExternalWord) {
	d := c.dispute(w.DisputeID)
	switch {
	case w.AnsweredIn != "":
		c.answeredElsewhere(s, d, w)
		return
	case d == nil:
		d = c.begins(s, w)
		if w.Answered {
			c.answeredOutsideUs(s, d)
		}
		return
	case !s.saidAt().After(d.Heard):
		s.say("%s is known as %s by a newer word.", d.DisputeID, d.Status)
		return
	case w.Answered:
		c.answeredOutsideUs(s, d)
		return
	}
	if c.inOurCurrency(w) && *w.Amount != d.Amount {
		s.say("%s is over %s now, and was over %s.", d.DisputeID, *w.Amount, d.Amount)
		d.Amount = *w.Amount
	}
	if w.Safety && !d.Safety {
		d.Safety = true
		c.urgent(d)
	}
	if d.Status.Over() && w.DueAt != nil {
		d.Heard = s.saidAt()
		s.say("%s goes on.", d.DisputeID)
		c.opens(s, d, w.DueAt)
	} else {
		c.dueMoved(s, d, w)
	}
	c.book(d)
}

// dueMoved takes a new due over. Whoever names one after our answer wants to hear more.
func (c *Case) dueMoved(s *step, d *schemas.Dispute, w schemas.ExternalWord) {
	d.Heard = s.saidAt()
	if w.DueAt == nil || d.Status.Over() {
		return
	}
	d.Status = schemas.DisputeOpen
	c.timeOurAnswer(s, d, w.DueAt)
	s.say("Our answer to %s is due %s.", d.DisputeID, stamp(*d.DueAt))
	c.tellStaff(s, d, "staff.external")
}

// externalDecided is the end of a dispute.
func (c *Case) externalDecided(s *step, w schemas.ExternalWord) {
	d := c.dispute(w.DisputeID)
	if d == nil {
		d = c.begins(s, w)
	} else if s.saidAt().Before(d.Heard) {
		s.say("%s is known as %s by a newer word.", d.DisputeID, d.Status)
		return
	}
	if d.Amount.Minor == 0 && c.inOurCurrency(w) {
		d.Amount = *w.Amount
	}
	decision := w.Decision
	if decision == "" {
		decision = schemas.DisputeClosed
	}
	d.Heard = s.saidAt()
	c.decided(s, d, decision, w.TakesMoney())
}

// decided does as it was decided outside. What that means in money is the ledger's to say first: what was kept back goes on, or is
// given up, when it has written the decision down.
func (c *Case) decided(s *step, d *schemas.Dispute, decision schemas.DisputeStatus, takes bool) {
	if d.Status == decision {
		s.say("%s is known as %s.", d.DisputeID, d.Status)
		return
	}
	if d.Status == schemas.DisputeAccepted && decision == schemas.DisputeLost {
		s.say("%s is lost, as it was accepted.", d.DisputeID)
		return
	}
	before := d.Status
	at := s.at
	d.Status, d.DecidedAt, d.Pays = decision, &at, takes && decision.Takes()
	c.stopDisputeClocks(d)
	s.note("decision", decision)
	if before.Over() {
		s.say("%s was %s and is now %s.", d.DisputeID, before, decision)
	} else {
		s.say("The %s %s is %s.", disputeWord(d.Kind), d.DisputeID, decision)
	}
	c.tellStaff(s, d, "staff.external_over")
	if decision == schemas.DisputeLost && !d.Pays {
		c.as.(granter).grantOutside(s, d)
	}
	c.book(d)
}

// granter is a case that can grant what somebody outside has decided.
type granter interface {
	grantOutside(*step, *schemas.Dispute)
}

// grantOutside mirrors a decision for the customer that has moved no money yet: what was refused or not decided here is granted.
func (g *goods) grantOutside(s *step, d *schemas.Dispute) {
	lines, _ := sort2(g.Lines, func(l *schemas.Line) bool { return undecidedIn(l.State) && !g.nothingToGrant(l) })
	if len(lines) == 0 {
		s.staff("staff.task", g.Owner, vars{"task": "dispute_lost", "due": ""})
		return
	}
	who := schemas.Actor{Role: schemas.RoleSystem, ID: string(d.Kind)}
	for _, l := range lines {
		l.Approver, l.Rejection, l.Verdict.Owed = &who, nil, true
	}
	s.lines = lines
	s.say("Line(s) %s are granted, as it was decided.", lineList(lines))
	g.answered(true)
	g.goOn(s, lines)
}

// answerMissed is the silence of ours: they decide without our answer.
func (c *Case) answerMissed(s *step) {
	d := c.dispute(s.clock.Trigger)
	if d == nil || d.Status != schemas.DisputeOpen {
		return
	}
	d.Status = schemas.DisputeMissed
	s.note("dispute_id", d.DisputeID)
	s.say("Our answer to %s was not given; they decide without it.", d.DisputeID)
	c.awaitDecision(s, d)
	s.note("breach", s.clock.Name)
	s.staff("staff.sla_breach", c.Owner, vars{"clock": s.clock.Name, "level": levelName(4)})
	c.raise(s, 4, s.clock.Name)
}

// undecidedTimes is how often people ask about a dispute before the case goes on without whoever was to decide it.
const undecidedTimes = 3

// decisionMissing has people ask about a dispute that nobody outside decides, so often and no oftener: a case must not stay open for ever
// because somebody outside is silent. A bank has the money of a chargeback from the beginning, so that it counts as lost; nothing was taken
// by anybody else. A word that comes later all the same turns it round.
func (c *Case) decisionMissing(s *step) {
	d := c.dispute(s.clock.Trigger)
	if d == nil || d.Status.Over() {
		return
	}
	if d.Asked++; d.Asked < undecidedTimes {
		c.awaitDecision(s, d)
		s.say("Nobody has decided %s yet; people ask.", d.DisputeID)
		s.staff("staff.task", c.Owner, vars{"task": "dispute_undecided", "due": stamp(c.dueOfDispute(d))})
		return
	}
	s.say("Nobody has decided %s, however often it was asked.", d.DisputeID)
	if d.Kind == schemas.Chargeback {
		c.decided(s, d, schemas.DisputeLost, true)
		return
	}
	c.decided(s, d, schemas.DisputeClosed, false)
}

func (c *Case) dueOfDispute(d *schemas.Dispute) time.Time {
	for _, k := range c.Clocks {
		if k.Trigger == d.DisputeID {
			return k.Due
		}
	}
	return c.firstDue()
}
