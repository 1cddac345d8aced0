package workflows

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What people do about disputes: answer, agree, settle; and how a dispute reads for them.

// mayAnswerOutside wants an open dispute. A bank reads one answer, and that must be true: no refund may be under way.
func (c *Case) mayAnswerOutside(_ *step, a schemas.AnswerDispute) *schemas.Refusal {
	d, refusal := c.theDispute(a.DisputeID)
	if refusal != nil || d.Kind != schemas.Chargeback {
		return refusal
	}
	if d.Status == schemas.DisputeAnswered {
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("%s was answered at %s; a bank reads one answer only.", d.DisputeID, stamp(*d.AnsweredAt))}
	}
	return c.refundInFlight()
}

func (c *Case) answeredOutside(s *step, a schemas.AnswerDispute) {
	d, _ := c.theDispute(a.DisputeID)
	who := s.actor
	d.Status, d.AnsweredAt, d.AnsweredBy, d.Pack = schemas.DisputeAnswered, at(s.at), &who, or(a.Pack, or(d.Pack, d.Kept))
	d.Evidence = append(d.Evidence, a.EvidenceIDs...)
	d.Refunds = nil
	for _, f := range c.Refunds {
		if moved(f.Status) {
			d.Refunds = append(d.Refunds, f.RefundID)
		}
	}
	if a.TextID != "" || len(a.EvidenceIDs) > 0 {
		c.post(schemas.Posted{At: s.at, By: who, Kind: "note", TextID: a.TextID, Evidence: a.EvidenceIDs})
	}
	s.note("dispute_id", d.DisputeID)
	s.note("evidence_ids", strings.Join(a.EvidenceIDs, ", "))
	s.note("pack", a.Pack)
	s.say("%s answered the %s %s.", who, disputeWord(d.Kind), d.DisputeID)
	c.awaitDecision(s, d)
	if d.Kind == schemas.Chargeback {
		c.sendAnswer(d, false)
	}
	c.book(d)
}

// mayConcede wants a chargeback whose money can only leave once.
func (c *Case) mayConcede(_ *step, a schemas.ConcedeDispute) *schemas.Refusal {
	d, refusal := c.theDispute(a.DisputeID)
	switch {
	case refusal != nil:
		return refusal
	case d.Kind != schemas.Chargeback:
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("%s is a %s: grant what is asked for and settle it with external.settle.", d.DisputeID, disputeWord(d.Kind))}
	case d.Status == schemas.DisputeAnswered:
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("%s was answered; the bank decides.", d.DisputeID)}
	case !d.Booked:
		return &schemas.Refusal{Code: schemas.CodeUnavailable, Message: fmt.Sprintf("the ledger has not written %s down yet; try again in a moment.", d.DisputeID)}
	case d.Over.Minor > 0:
		return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("%s of it was paid out before: answer it with external.answer and the proof of that; agreeing would pay it twice.", d.Over)}
	}
	for _, a := range c.Approvals {
		if a.DecidedBy == nil && a.DisputeID == d.DisputeID {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("a second person's decision on %s is open already.", d.DisputeID)}
		}
	}
	return c.refundInFlight()
}

// conceded agrees to a chargeback instead of a refund, above the limit after a second person's word as any refund.
func (c *Case) conceded(s *step, a schemas.ConcedeDispute) {
	d, _ := c.theDispute(a.DisputeID)
	s.note("reason", a.Reason)
	if d.Amount.Minor > c.Plan.Limits.LargeRefund.Minor {
		s.say("%s would agree to %s.", s.actor, d.DisputeID)
		c.openApproval(s, &schemas.Approval{Subject: subjectChargeback, Amount: d.Amount, DisputeID: d.DisputeID, Proposer: s.actor})
		return
	}
	c.concede(s, d.DisputeID)
}

// concede lets the bank's payment stand for ours. The ledger books it first; then the provider hears of it.
func (c *Case) concede(s *step, id string) {
	d := c.dispute(id)
	if d == nil || d.Status.Over() || d.Status == schemas.DisputeAnswered || c.refundInFlight() != nil {
		s.say("%s cannot be agreed to any more.", id)
		return
	}
	d.Status, d.DecidedAt, d.Pays = schemas.DisputeAccepted, at(s.at), true
	c.stopDisputeClocks(d)
	s.note("dispute_id", d.DisputeID)
	s.say("The chargeback %s of %s is accepted instead of a refund.", d.DisputeID, d.Amount)
	c.book(d)
}

func (c *Case) maySettleOutside(_ *step, a schemas.ConcedeDispute) *schemas.Refusal {
	d, refusal := c.theDispute(a.DisputeID)
	if refusal == nil && d.Kind == schemas.Chargeback {
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("only the bank ends the chargeback %s; agree to it with external.accept, or answer it.", d.DisputeID)}
	}
	return refusal
}

func (c *Case) settledOutside(s *step, a schemas.ConcedeDispute) {
	d, _ := c.theDispute(a.DisputeID)
	s.note("dispute_id", d.DisputeID)
	s.note("reason", a.Reason)
	s.say("%s settled it with the other side: %s.", s.actor, a.Reason)
	c.decided(s, d, schemas.DisputeSettled, false)
}

// keepEvidence has the evidence pack of the case made at once and kept, as the case stands now: an answer in time needs it, and what is
// erased or added later does not change it.
func (c *Case) keepEvidence(d *schemas.Dispute) {
	if !c.keepsEvidence() {
		return
	}
	key := fmt.Sprintf("%s/evidence/%d", c.CaseID, c.next("evidence"))
	order := schemas.EvidenceOrder{CaseID: c.CaseID, MerchantID: c.Opening.Request.MerchantID, DisputeID: d.DisputeID, At: c.now()}
	c.effect(schemas.EvidenceKeep.Name, key, func(ctx workflow.Context) {
		got, err := do(ctx, c, schemas.EvidenceKeep, key, order)
		if c.stuckOn(err, schemas.EvidenceKeep.Name, key) || c.ClosedAt != nil {
			return
		}
		d.Kept = got.Pack
		s := c.begin(schemas.EventEvidenceKept, schemas.System, schemas.DoorSystem)
		s.note("dispute_id", d.DisputeID)
		s.note("pack", got.Pack)
		s.say("The evidence of revision %d is kept for %s.", got.Revision, d.DisputeID)
		c.settle(s)
	})
}

// sendAnswer hands our answer to the provider, which knows it by its key however often it comes. What it says of the dispute counts.
func (c *Case) sendAnswer(d *schemas.Dispute, accept bool) {
	r := c.Opening.Request
	key := fmt.Sprintf("%s/answer/%d", c.CaseID, c.next("answer"))
	order := schemas.DisputeAnswer{
		Key: key, CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, DisputeID: d.DisputeID, Accept: accept,
		Evidence: d.Evidence, Pack: d.Pack, Refunds: d.Refunds, At: c.now(),
	}
	c.effect(schemas.DisputeSend.Name, key, func(ctx workflow.Context) {
		got, err := do(ctx, c, schemas.DisputeSend, key, order)
		if c.stuckOn(err, schemas.DisputeSend.Name, key) || c.ClosedAt != nil {
			return
		}
		s := c.begin(schemas.EventDisputeWord, schemas.System, schemas.DoorSystem)
		s.note("dispute_id", d.DisputeID)
		if got.AnsweredIn != "" {
			d.AnsweredIn = got.AnsweredIn
			s.note("answered_in", got.AnsweredIn)
			s.say("Case %s has answered %s; the bank reads one answer, and that of this case is not handed in.", got.AnsweredIn, d.DisputeID)
		} else {
			s.say("The provider has our answer to %s.", d.DisputeID)
			c.tellSisters(d, got.Sisters)
		}
		if got.Status.Over() && got.Status != "" {
			c.decided(s, d, got.Status, true)
		}
		c.settle(s)
	})
}

// passOn gives disputes and holds to the case that goes on with the last lines of this one.
func (c *Case) passOn(lines []*schemas.Line, p *schemas.Predecessor) *schemas.Predecessor {
	staying, _ := sort2(c.Lines, func(l *schemas.Line) bool { return l.State != schemas.Closed })
	if len(staying) > len(lines) {
		return p
	}
	p.Holds = append(p.Holds, c.Holds...)
	for _, d := range c.Disputes {
		p.Disputes = append(p.Disputes, *d)
		c.stopDisputeClocks(d)
	}
	c.Disputes, c.Holds = nil, nil
	return p
}

// inherit goes on with the disputes and holds of the case before.
func (c *Case) inherit(s *step) {
	p := c.Opening.Predecessor
	if p == nil {
		return
	}
	c.Holds = append(c.Holds, p.Holds...)
	for _, h := range c.Holds {
		if clock := holdClocks[h.Kind]; h.DisputeID == "" && clock != "" {
			c.startClock(s, clock, caseExpiries[clock].says).Trigger = triggerOf(h)
		}
	}
	for i := range p.Disputes {
		d := p.Disputes[i]
		c.Disputes = append(c.Disputes, &d)
		switch {
		case d.Status.Over():
			continue
		case d.Status == schemas.DisputeOpen:
			c.timeOurAnswer(s, &d, d.DueAt)
		default:
			c.awaitDecision(s, &d)
		}
		c.urgent(&d)
		c.book(c.Disputes[len(c.Disputes)-1])
	}
}

// anyOpen reports whether a chargeback is open, or another dispute.
func (c *Case) anyOpen(chargeback bool) bool {
	for _, d := range c.Disputes {
		if !d.Status.Over() && (d.Kind == schemas.Chargeback) == chargeback {
			return true
		}
	}
	return false
}

// waitsForHold tells a line whose work a hold keeps back: it is nobody's turn here.
func (c *Case) waitsForHold(l *schemas.Line) bool {
	switch l.State {
	case schemas.RefundApproved:
		return c.held(schemas.RefundHold)
	case schemas.ShipReplacement:
		return l.Replacement != nil && l.Replacement.ShipmentID == "" && heldFor(c.Holds, schemas.ShipmentHold, l)
	}
	return false
}

// waitsOutside says what the case waits for where nothing of its own is left to do, or a hold keeps back what is.
func (c *Case) waitsOutside() string {
	r := c.where()
	if r == nil {
		return ""
	}
	lines := c.inState(r.state)
	switch {
	case len(lines) > 0 && !slices.ContainsFunc(lines, func(l *schemas.Line) bool { return !c.waitsForHold(l) }):
		kind := schemas.RefundHold
		if r.state == schemas.ShipReplacement {
			kind = schemas.ShipmentHold
		}
		return fmt.Sprintf("%s waits for the end of a %s (%s).%s", r.state, kind, c.keptBy(kind), c.disputesDue())
	case c.disputed() && (c.EndsLater || c.allEnded() && !c.Following):
		return "Every line has ended; the case closes when the disputes are decided." + c.disputesDue()
	}
	return ""
}

// disputesDue says of every open dispute what is due, and when.
func (c *Case) disputesDue() string {
	var b strings.Builder
	for _, d := range c.Disputes {
		for _, k := range c.Clocks {
			if k.Trigger == d.DisputeID && !d.Status.Over() {
				fmt.Fprintf(&b, " The %s %s is %s, due %s; then %s.", disputeWord(d.Kind), d.DisputeID, d.Status, stamp(k.Due), k.Expiry)
			}
		}
	}
	return b.String()
}

// detailsOutside is what ops read of disputes and holds in the Temporal UI.
func (c *Case) detailsOutside(b *strings.Builder) {
	for _, d := range c.Disputes {
		due := ""
		if d.DueAt != nil && d.Status == schemas.DisputeOpen {
			due = ", our answer is due " + stamp(*d.DueAt)
		}
		fmt.Fprintf(b, "\n**Dispute %s** (%s): %s over %s%s; the ledger keeps %s.\n", d.DisputeID, d.Kind, d.Status, d.Amount, due, d.Taken)
	}
	for _, h := range c.Holds {
		fmt.Fprintf(b, "\n**%s** since %s, kept by %s.\n", h.Kind, stamp(h.At), c.keptBy(h.Kind))
	}
}

// outside is what the search attribute says of disputes and holds: the kinds of what is open, each once.
func (c *Case) outside() []string {
	var words []string
	for _, d := range c.Disputes {
		if !d.Status.Over() && !contains(words, string(d.Kind)) {
			words = append(words, string(d.Kind))
		}
	}
	for _, h := range c.Holds {
		if !contains(words, string(h.Kind)) {
			words = append(words, string(h.Kind))
		}
	}
	return words
}
