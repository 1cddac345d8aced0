package workflows

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// common are the answers that every kind of case gives in every state, before those of its own.
func common(own ...answer) []answer {
	type c = *Case
	return append([]answer{
		on(schemas.CaseMessage, c.messaged),
		on(schemas.CaseReply, c.replied),
		on(schemas.CaseNote, c.noted),
		on(schemas.CaseRequestHuman, c.humanAsked),
		on(schemas.CaseTransfer, c.transferred, c.mayTransfer),
		on(schemas.CaseTakeOver, c.takenOver),
		on(schemas.CaseEscalate, c.escalated),
		on(schemas.CaseReopen, c.reopenedHere, c.mayReopen),
		on(schemas.CaseAccept, c.accepted, c.mayAccept),
		on(schemas.CaseMarkUnreachable, c.markedUnreachable, c.mayMarkUnreachable),
		on(schemas.ApprovalGrant, c.granted, c.mayDecideApproval),
		on(schemas.ApprovalRefuse, c.approvalRefused, c.mayRefuseApproval),
		on(schemas.ExternalOpen, c.entered, c.mayEnter),
		on(schemas.ExternalAnswer, c.answeredOutside, c.mayAnswerOutside),
		on(schemas.ExternalAccept, c.conceded, c.mayConcede),
		on(schemas.ExternalSettle, c.settledOutside, c.maySettleOutside),
		on(schemas.HoldSet, c.holdSet, c.mayChangeHold, c.maySetHold),
		on(schemas.HoldRelease, c.holdReleased, c.mayChangeHold, c.mayReleaseHold),
		fact(schemas.ExternalOpened, c.externalOpened),
		fact(schemas.ExternalUpdated, c.externalUpdated),
		fact(schemas.ExternalDecided, c.externalDecided),
		fact(schemas.CaseMergedIn, c.mergedIn),
	}, own...)
}

func (c *Case) messaged(s *step, m schemas.Message) {
	c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: m.TextID, Evidence: m.EvidenceIDs})
	s.say("The customer wrote.")
	s.staff("staff.message", c.Owner, vars{"text_id": m.TextID})
}

func (c *Case) replied(s *step, m schemas.Message) {
	c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "reply", TextID: m.TextID, Evidence: m.EvidenceIDs})
	c.answered(false)
	s.say("%s replied to the customer.", s.actor)
	s.tell("case.reply", vars{"text_id": m.TextID})
}

func (c *Case) noted(s *step, m schemas.Message) {
	c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", TextID: m.TextID, Evidence: m.EvidenceIDs})
	s.say("%s made a note.", s.actor)
}

// humanAsked keeps the case with people: whatever the rules would do by themselves to the customer's loss, a person does.
func (c *Case) humanAsked(s *step, r schemas.RequestHuman) {
	c.HumanAsked = true
	if r.TextID != "" {
		c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: r.TextID})
	}
	s.say("The customer asked for a person.")
	s.staff("staff.task", c.Owner, vars{"task": "request_human", "due": stamp(c.firstDue())})
}

// mayTransfer gives a case to people of the plan only: nobody else hears of it.
func (c *Case) mayTransfer(_ *step, t schemas.Transfer) *schemas.Refusal {
	if !c.knowsItsPeople() {
		return nil
	}
	var known []string
	for _, role := range schemas.Roles {
		for _, p := range c.Plan.People[role] {
			for _, id := range []string{p.ID, p.Deputy} {
				if id == t.To {
					return nil
				}
				if id != "" && !contains(known, id) {
					known = append(known, id)
				}
			}
		}
	}
	return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "to", Message: fmt.Sprintf("%s is nobody of this case's policy; its people are %s.", t.To, strings.Join(known, ", "))}
}

func (c *Case) transferred(s *step, t schemas.Transfer) {
	back := contains(c.Owners, t.To)
	c.changeOwner(s, t.To)
	s.note("reason", t.Reason)
	s.say("%s gave the case to %s: %s.", s.actor, t.To, t.Reason)
	// More than two transfers, or one back to where it was before, means that nobody wants the case.
	if back || len(c.Owners) > 3 {
		s.staff("staff.task", c.personAt(2).ID, vars{"task": "transfers", "due": stamp(c.firstDue())})
	}
}

func (c *Case) takenOver(s *step, w schemas.Why) {
	c.changeOwner(s, s.actor.ID)
	s.note("reason", w.Reason)
	s.say("%s took the case over: %s.", s.actor, w.Reason)
}

func (c *Case) changeOwner(s *step, to string) {
	if to == c.Owner {
		return
	}
	c.Owner = to
	c.Owners = append(c.Owners, to)
	s.staff("staff.assigned", to, vars{"kind": string(c.Opening.Request.Kind), "lines": linesVar(c.Lines), "due": stamp(c.firstDue())})
}

// escalated raises the case on a person's wish. The lines keep their clocks: asking for help does not stop time.
func (c *Case) escalated(s *step, e schemas.Escalate) {
	level := e.Level
	if level == 0 {
		level = min(c.Level+1, 5)
	}
	s.note("reason", e.Reason)
	s.say("%s escalated the case: %s.", s.actor, e.Reason)
	s.lines = nil
	c.escalate(s, level, e.Reason)
}

// mergedIn appends the wish of a duplicate to this case, which holds its units.
func (c *Case) mergedIn(s *step, m schemas.MergedIn) {
	c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "merged", TextID: m.TextID, CaseID: m.CaseID})
	for _, w := range m.Also {
		c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "merged", TextID: w.TextID, CaseID: w.CaseID})
	}
	s.note("case_id", m.CaseID)
	s.note("kind", string(m.Kind))
	s.say("Case %s wants the same units (%s, %s); its wish was appended here.", m.CaseID, m.Kind, m.Reason)
	s.staff("staff.message", c.Owner, vars{"text_id": m.TextID})
	// Another kind of wish for the same goods is a decision: keep this case as it is, or convert it.
	if m.Kind != c.Opening.Request.Kind {
		s.staff("staff.task", c.Owner, vars{"task": "keep_or_convert", "due": stamp(c.firstDue())})
	}
}

// wanted lists what the customer is asked to send.
func (c *Case) wanted() string {
	for i := len(c.Events) - 1; i >= 0; i-- {
		if w, ok := c.Events[i].Data["wanted"]; ok {
			return w
		}
	}
	return "photo"
}

// mayReopen says what to do instead while a case is open. A case that has ended cannot answer any more: its successor is opened by the
// client (cases.Reopen).
func (c *Case) mayReopen(_ *step, _ schemas.Reopen) *schemas.Refusal { return schemas.StillOpen() }

func (c *Case) reopenedHere(*step, schemas.Reopen) {}
