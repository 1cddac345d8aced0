package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// How a dispute begins: who may tell of it, what it keeps back at once, whom it is told, and until when our answer is due.

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
