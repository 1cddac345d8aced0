package workflows

import (
	"errors"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// How a case is taken in: the order is looked up, its units are claimed, and the lines begin their story.

// intake asks for everything the case must know before its first decision, and sends each line on its way.
func (c *Case) intake() {
	s := c.begin(schemas.EventOpened, schemas.System, schemas.DoorSystem)
	s.state = schemas.Submitted
	if d := c.Opening.Door; d != "" {
		s.door = d
	}
	req := c.Opening.Request
	if c.Refusal != nil {
		s.say("The request cannot be read: %s", c.Refusal.Message)
		c.settle(s)
		c.close(schemas.Invalid, c.Refusal)
		return
	}
	s.say("%s opened for order %s, %d line(s), reason %s.", titleOf(req.Kind), req.OrderID, len(req.Lines), req.Reason)
	if p := c.Opening.Predecessor; c.reopened() && p.By != nil {
		s.actor = *p.By
		s.note("reason", p.Reason)
		s.say("It continues %s, reopened by %s: %s.", p.CaseID, p.By, p.Reason)
	}
	s.note("channel", req.Channel)
	s.note("settle_with", req.SettleWith)
	s.note("refund_only", req.RefundOnly)
	if req.TextID != "" || len(req.EvidenceIDs) > 0 {
		c.post(schemas.Posted{At: s.at, By: c.requester(), Kind: "message", TextID: req.TextID, Evidence: req.EvidenceIDs})
	}
	// Nothing is known of the rules yet, so the one clock of this state has its time from here.
	c.startClock(s, "intake", caseExpiries["intake"].says)
	c.settle(s)

	got, err := call(c, schemas.CaseIntake, req.RequestID, c.intakeOrder())
	if err != nil {
		// Only a refusal of the activity's own, an outside system's never, or a cancelled case comes here: anything that may heal is repeated.
		got, err = c.intakeFreed(got, err)
	}
	if err != nil {
		c.close(schemas.Invalid, causeOf(err))
		return
	}
	c.takeIn(got)
}

// requester is whose words a request carries: the customer's, unless staff had a case reopened.
func (c *Case) requester() schemas.Actor {
	if p := c.Opening.Predecessor; c.reopened() && p.By != nil {
		return *p.By
	}
	return c.customer()
}

// intakeOrder asks for everything the case must know.
func (c *Case) intakeOrder() schemas.IntakeOrder {
	return schemas.IntakeOrder{
		CaseID: c.CaseID, RunID: workflow.GetInfo(c.ctx).WorkflowExecution.RunID, Request: c.Opening.Request, Policy: c.policy(), At: c.now(), Predecessor: c.Opening.Predecessor,
	}
}

// intakeFreed parks an intake whose order the shop's own system will never give. What our books refuse ends the case, as it always did.
func (c *Case) intakeFreed(got schemas.Intake, err error) (schemas.Intake, error) {
	if !forGood(err) || asRefusal(err).Code != schemas.CodeUnavailable || !parksIntake(c.ctx) {
		return got, err
	}
	c.stopClock("intake")
	cause := err
	err = c.untilFreed(c.ctx, err, waiting{name: schemas.CaseIntake.Name, key: c.Opening.Request.RequestID, early: true}, func(*Parked) error {
		var e error
		if got, e = call(c, schemas.CaseIntake, c.Opening.Request.RequestID, c.intakeOrder()); e != nil {
			cause = e
		}
		return e
	})
	if errors.Is(err, errSkipped) {
		return got, cause // nobody has freed it: the case ends with the cause
	}
	return got, err
}

// takeIn applies what intake found.
func (c *Case) takeIn(got schemas.Intake) {
	c.stopClock("intake")
	if got.Closed != nil {
		// This case had ended before and was started again by somebody who could not know. It ends with its old answer,
		// and changes nothing: its row and its events are already what they should be.
		c.Outcome, c.Refusal = got.Closed.Outcome, got.Closed.Refusal
		c.standDown()
		return
	}
	c.Currency, c.Plan, c.Payments, c.Owner = got.Currency, got.Plan, got.Payments, got.Owner
	c.Method, c.Fallback, c.Edition = got.Method, got.Fallback, got.Edition
	if got.Plan.Priority != "" {
		c.Priority = got.Plan.Priority
	}
	if got.Refusal != nil {
		c.close(schemas.Invalid, got.Refusal)
		return
	}
	if p := c.Opening.Predecessor; p != nil && got.Handover != nil {
		p.Handover, p.AtReview = got.Handover, true
	}
	if got.Resumed != nil {
		c.goOnFrom(got)
		return
	}
	for i := range got.Lines {
		l := got.Lines[i]
		l.Since = c.now()
		l.State = schemas.Submitted
		if l.GoodsWith == "" {
			l.GoodsWith = schemas.TurnCustomer
		}
		l.Refunded, l.Deduction = c.money(0), c.money(0)
		l.KeepsGoods = c.Opening.Request.RefundOnly
		if l.Payable.Currency == "" {
			l.Payable = l.Price()
		}
		c.Lines = append(c.Lines, &l)
	}
	s := c.begin(schemas.EventIntake, schemas.System, schemas.DoorSystem)
	c.Owners = []string{c.Owner}
	c.startCaseClocks(s)
	for _, l := range c.Lines {
		if l.Outcome != schemas.OutcomeNone {
			l.State = schemas.Closed
		}
	}
	c.tellHolders(s)
	going := c.inState(schemas.Submitted)
	if len(going) == 0 {
		c.endWithoutLines(s)
		return
	}
	s.lines = going
	c.inherit(s)
	c.suspect(s)
	c.story.begin(s)
	s.tell("ack.received", vars{"lines": linesVar(going), "due": stamp(c.dueOf(going))})
	s.staff("staff.assigned", c.Owner, vars{"kind": string(c.Opening.Request.Kind), "lines": linesVar(going), "due": stamp(c.dueOf(going))})
	if c.Fallback {
		s.tell("refund.fallback", vars{"method": schemas.SettleOriginal})
	}
	c.settle(s)
}

// endWithoutLines ends a case none of whose lines goes on: merged where an open case holds them, invalid where nothing was.
func (c *Case) endWithoutLines(s *step) {
	merged, refusal := false, (*schemas.Refusal)(nil)
	for _, l := range c.Lines {
		if l.Outcome == schemas.Merged {
			merged = true
		} else if refusal == nil {
			refusal = &schemas.Refusal{Code: l.Code, Message: lineRefusals[l.Code]}
		}
	}
	if merged {
		s.say("Every line is held by another open case; the wish was appended there.")
		s.then = func() { c.close(schemas.Merged, nil) }
		c.settle(s)
		return
	}
	if refusal == nil {
		refusal = &schemas.Refusal{Code: schemas.CodeNothingLeft, Message: lineRefusals[schemas.CodeNothingLeft]}
	}
	s.say("No line can be a request: %s", refusal.Message)
	s.then = func() { c.close(schemas.Invalid, refusal) }
	c.settle(s)
}

// lineRefusals are the sentences for lines that cannot be requested.
var lineRefusals = map[schemas.Code]string{
	schemas.CodeAlreadySettled: "these units were refunded or replaced before.",
	schemas.CodeNothingLeft:    "this is more than was bought or is left.",
	schemas.CodeUnknownOrder:   "there is no such order or line for this customer.",
	schemas.CodeNotDelivered:   "this order has not been delivered yet; it can be cancelled instead.",
}

// tellHolders appends a merged wish to the cases that hold its units.
func (c *Case) tellHolders(s *step) {
	var told []string
	for _, l := range c.Lines {
		if l.Outcome != schemas.Merged || l.Holder == "" || contains(told, l.Holder) {
			continue
		}
		told = append(told, l.Holder)
		c.tellHolder(l.Holder)
	}
	if len(told) > 0 {
		s.tell("case.merged", vars{"holder": strings.Join(told, ", ")})
	}
}
