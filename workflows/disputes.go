package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

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

// mayEnter wants a dispute that the case does not know, in its own currency.
func (c *Case) mayEnter(_ *step, w schemas.ExternalWord) *schemas.Refusal {
	switch {
	case c.dispute(w.DisputeID) != nil:
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "dispute_id", Message: fmt.Sprintf("%s is known here already.", w.DisputeID)}
	case w.OrderID != "" && w.OrderID != c.Opening.Request.OrderID:
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "order_id", Message: "this case is about another order."}
	case w.Decision != "":
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "decision", Message: "a dispute that is entered is open; report how it ended with the fact external.decided."}
	case w.AnsweredIn != "":
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "answered_in", Message: "only a case says that it has answered; leave it out."}
	case w.Answered:
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "answered", Message: "a dispute that is entered is open; report that it was answered elsewhere with the fact external.updated."}
	case w.Amount != nil && w.Amount.Currency != c.Currency:
		return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "amount", Message: fmt.Sprintf("this case is in %s.", c.Currency)}
	case w.Kind == schemas.Chargeback && w.Amount == nil:
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "amount", Message: "say how much the bank takes back."}
	}
	return nil
}

// entered begins a dispute that somebody heard of, once the ledger knows that it is a new one or still open: one that was decided does not begin
// again because its number is typed into another case.
func (c *Case) entered(s *step, w schemas.ExternalWord) {
	if !c.asksBeforeEntering() {
		c.begins(s, w)
		return
	}
	s.note("dispute_id", w.DisputeID)
	s.say("The ledger is asked about %s.", w.DisputeID)
	who, door, d := s.actor, s.door, c.newDispute(s, w)
	order := c.disputeOrder(d)
	order.Entered = true
	key := fmt.Sprintf("%s/dispute/%d", c.CaseID, c.next("dispute"))
	c.unbooked++
	c.effect(schemas.DisputeBook.Name, key, func(ctx workflow.Context) {
		_, err := do(ctx, c, schemas.DisputeBook, key, order)
		c.unbooked--
		s := c.begin(schemas.EventDisputeBooked, who, door)
		s.note("dispute_id", w.DisputeID)
		switch {
		case c.ClosedAt != nil:
			return
		case err != nil && forGood(err):
			refusal := causeOf(err)
			s.name = schemas.EventRefused
			s.note("name", schemas.ExternalOpen.Name)
			s.note("code", string(refusal.Code))
			s.say("%s is not entered: %s", w.DisputeID, refusal.Message)
			s.staff("staff.task", who.ID, vars{"task": "dispute_known", "due": ""})
		case c.stuckOn(err, schemas.DisputeBook.Name, key):
			return
		case c.dispute(w.DisputeID) != nil:
			s.say("%s has become known here meanwhile.", w.DisputeID)
		default:
			c.begins(s, w)
		}
		c.endIfItWaited(s)
		c.settle(s)
	})
}

func (c *Case) externalOpened(s *step, w schemas.ExternalWord) {
	d := c.dispute(w.DisputeID)
	if d == nil {
		c.begins(s, w)
		return
	}
	// The end may be heard before the beginning, which then only fills in what was not said.
	if d.Amount.Minor == 0 && c.inOurCurrency(w) {
		d.Amount = *w.Amount
	}
	d.Reason, d.PaymentID, d.RefundID, d.OpenedAt = or(d.Reason, w.Reason), or(d.PaymentID, w.PaymentID), or(d.RefundID, w.RefundID), s.saidAt()
	s.say("%s is known as %s.", d.DisputeID, d.Status)
	if !d.Status.Over() && s.saidAt().After(d.Heard) {
		c.dueMoved(s, d, w)
	}
}

func (c *Case) inOurCurrency(w schemas.ExternalWord) bool {
	return w.Amount != nil && w.Amount.Currency == c.Currency
}

// begins is a new dispute: it is urgent, money that could be paid twice is kept back at once, and our answer has a due.
func (c *Case) begins(s *step, w schemas.ExternalWord) *schemas.Dispute {
	d := c.newDispute(s, w)
	c.Disputes = append(c.Disputes, d)
	s.note("dispute_id", d.DisputeID)
	s.note("kind", d.Kind)
	s.note("amount", d.Amount.String())
	s.say("A %s has begun: %s", disputeWord(d.Kind), d.DisputeID)
	if d.Amount.Minor > 0 {
		s.say("over %s.", d.Amount)
	} else {
		s.say("over an amount that nobody named.")
	}
	c.urgent(d)
	if w.Amount != nil && !c.inOurCurrency(w) || d.Kind == schemas.Chargeback && w.Amount == nil {
		s.staff("staff.task", c.Owner, vars{"task": "dispute_check", "due": ""})
	}
	c.opens(s, d, w.DueAt)
	s.tell("external.confirmed", vars{"dispute": string(d.Kind)})
	c.book(d)
	c.keepEvidence(d)
	c.proveRefunds(s, d)
	return d
}

func (c *Case) newDispute(s *step, w schemas.ExternalWord) *schemas.Dispute {
	d := &schemas.Dispute{
		DisputeID: w.DisputeID, Kind: w.Kind, Status: schemas.DisputeOpen, PaymentID: w.PaymentID, RefundID: w.RefundID, Reason: w.Reason, Safety: w.Safety,
		Amount: c.money(0), Taken: c.money(0), Over: c.money(0), OpenedAt: s.saidAt(), Heard: s.saidAt(),
	}
	if c.inOurCurrency(w) {
		d.Amount = *w.Amount
	}
	return d
}

// urgent raises the case: money or a right is at stake outside. Where somebody was or could be hurt, and before an authority, nothing
// comes first.
func (c *Case) urgent(d *schemas.Dispute) {
	to := schemas.P1
	if d.Safety || d.Kind == schemas.DisputeRegulator {
		to = schemas.P0
	}
	if to < c.Priority {
		c.Priority = to
	}
}

// opens lets the time for our answer begin, and keeps back what could be paid or sent twice.
func (c *Case) opens(s *step, d *schemas.Dispute, due *time.Time) {
	d.Status, d.DecidedAt = schemas.DisputeOpen, nil
	if d.Kind == schemas.Chargeback {
		c.keepHold(s, schemas.RefundHold, d)
		if c.story.kind == schemas.KindExchange {
			c.keepHold(s, schemas.ShipmentHold, d)
		}
		c.keepBackAll(s)
		s.say("No refund is ordered while it stands.")
	}
	c.timeOurAnswer(s, d, due)
	c.tellStaff(s, d, "staff.external")
}

// timeOurAnswer starts the clock on our answer: until when they said, or else the policy's own time.
func (c *Case) timeOurAnswer(s *step, d *schemas.Dispute, due *time.Time) {
	c.stopDisputeClocks(d)
	name := disputeClocks[d.Kind]
	k := c.startClock(s, name, caseExpiries[name].says)
	k.Trigger = d.DisputeID
	if due != nil {
		k.Spec = dueSpec(k.Spec, due.Sub(s.at))
		c.reckon(k, s.at)
	}
	at := k.Due.UTC()
	d.DueAt = &at
	s.note("due", stamp(at))
}

// dueSpec is the clock of a due that somebody outside has set: it warns three days, one day and four hours before.
func dueSpec(spec schemas.ClockSpec, after time.Duration) schemas.ClockSpec {
	after = max(after, time.Second)
	spec.After, spec.Layers, spec.Warn, spec.Basis = schemas.Duration(after), nil, nil, "platform"
	for _, before := range []time.Duration{72 * time.Hour, 24 * time.Hour, 4 * time.Hour} {
		if before < after {
			spec.Warn = append(spec.Warn, schemas.Duration(after-before))
		}
	}
	return spec
}

func (c *Case) stopDisputeClocks(d *schemas.Dispute) {
	kept := c.Clocks[:0]
	for _, k := range c.Clocks {
		if k.Trigger != d.DisputeID || k.Name != disputeClocks[d.Kind] && k.Name != "external.decision" {
			kept = append(kept, k)
		}
	}
	c.Clocks = kept
}

// awaitDecision is the time in which somebody outside decides. They have all of it; then people ask.
func (c *Case) awaitDecision(s *step, d *schemas.Dispute) {
	c.stopDisputeClocks(d)
	k := c.startClock(s, "external.decision", caseExpiries["external.decision"].says)
	k.Trigger = d.DisputeID
}

// tellStaff tells everybody who has to do with a dispute: the owner, finance, the lawyers, and the manager.
func (c *Case) tellStaff(s *step, d *schemas.Dispute, template string) {
	people := []string{c.Owner, c.personAt(4).ID}
	for _, role := range []schemas.Role{schemas.RoleFinance, schemas.RoleLegal} {
		if p := c.Plan.People[role]; len(p) > 0 {
			people = append(people, p[0].ID)
		}
	}
	slices.Sort(people)
	for _, id := range slices.Compact(people) {
		if template == "staff.external_over" {
			s.staff(template, id, vars{"dispute": string(d.Kind), "number": d.DisputeID, "decision": string(d.Status)})
			continue
		}
		due := ""
		if d.DueAt != nil {
			due = stamp(*d.DueAt)
		}
		s.staff(template, id, vars{"dispute": string(d.Kind), "number": d.DisputeID, "due": due})
	}
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
