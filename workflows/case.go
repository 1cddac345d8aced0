package workflows

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Case is one case at work: its state, the story it follows, and the coroutines that serve it.
type Case struct {
	*State
	// ctx is apart from the workflow's own, so that a cancellation from outside stops nothing half-way; asked is the one
	// that hears of it.
	ctx   workflow.Context
	asked workflow.Context
	log   log.Logger
	story *story
	// as is the case as its kind: what the verbs of the story are methods of.
	as any
	// leaving gives back what lines took that leave with an outcome; nil where a kind takes nothing.
	leaving func(*step, []*schemas.Line, schemas.Outcome)
	// calls counts the calls to the outside that have not been answered.
	calls []schemas.Work
	// booking is set while the ledger writes a dispute down: one word after the other.
	booking bool
	// unbooked counts the words on disputes that the ledger has not written down yet.
	unbooked int
	scribe
	takenUp
}

// opened reads the input of a case and gives the case, before anything else has happened. The input arrives raw, because
// a typed one that does not decode would fail the workflow instead of closing the case with an answer.
func opened(ctx workflow.Context, input converter.RawValue, kind schemas.Kind) *Case {
	info := workflow.GetInfo(ctx)
	apart, _ := workflow.NewDisconnectedContext(ctx)
	c := &Case{ctx: apart, asked: ctx, log: workflow.GetLogger(ctx)}
	if info.ContinuedExecutionRunID != "" {
		if st, ok := carriedState(input.Payload().GetData()); ok {
			c.State = st
			if c.parksSteps() {
				c.shown.stuck = "carried" // what the run before has shown is not known here, and is written anew
			}
			return c
		}
	}
	opening, refusal := schemas.Decode[schemas.Opening](input.Payload().GetData())
	if refusal == nil {
		refusal = opening.Request.Check()
	}
	if refusal == nil && opening.Request.Kind != kind {
		refusal = &schemas.Refusal{Code: schemas.CodeBadValue, Field: "kind", Message: fmt.Sprintf("the workflow type %q opens a %s, the request asks for a %s.", info.WorkflowType.Name, kind, opening.Request.Kind)}
	}
	c.State = &State{
		Opening: opening, CaseID: info.WorkflowExecution.ID, OpenedAt: workflow.Now(ctx), Refusal: refusal,
		Priority: schemas.P2, Level: 1,
		Answered: map[string]schemas.Receipt{}, Heard: map[string]bool{}, Sequences: map[string]int{},
	}
	if opening.Request.Channel == "" {
		c.Opening.Request.Channel = "web"
	}
	if refusal == nil {
		c.Refusal = checkCaseID(c.CaseID, opening)
	}
	return c
}

// checkCaseID holds a case to its id: merchant:request, or a successor's merchant:request:n. The id is what makes starting
// twice starting once, so that a case under any other id would be a second one for the same wish.
func checkCaseID(id string, o schemas.Opening) *schemas.Refusal {
	merchant, request, seq, ok := schemas.SplitCaseID(id)
	if ok && merchant == o.Request.MerchantID && request == o.Request.RequestID && (seq > 1) == (o.Predecessor != nil) {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeWrongCaseID, Message: fmt.Sprintf("this case must be started under the workflow id %q.", schemas.CaseID(o.Request.MerchantID, o.Request.RequestID))}
}

// run lives the life of a case: take it in, serve it until it has ended, leave nothing unheard.
func (c *Case) run() error {
	c.answerQueries()
	workflow.Go(c.ctx, c.listen)
	workflow.Go(c.ctx, c.runClocks)
	workflow.Go(c.ctx, c.write)
	if c.Closing {
		workflow.Go(c.ctx, c.closeFreed)
	}
	c.takeCommands()
	if c.revision() == 0 {
		c.intake()
	}
	refused := false
	for {
		cancelled := func() bool { return !refused && c.ClosedAt == nil && c.asked.Err() != nil }
		if err := workflow.Await(c.ctx, func() bool { return c.ended() || c.tooLong() || cancelled() }); err != nil {
			return err
		}
		if cancelled() {
			refused = true
			c.refuseCancel()
			continue
		}
		if err := c.drain(); err != nil {
			return err
		}
		if c.ended() {
			return nil
		}
		if c.tooLong() {
			return c.continueAsNew()
		}
	}
}

// refuseCancel answers a cancellation from outside, such as from the Temporal UI. A case owes things to people and does not
// end because a workflow was cancelled; its own commands end it.
func (c *Case) refuseCancel() {
	c.refuse("cancel", schemas.Actor{}, &schemas.Refusal{
		Code: schemas.CodeUnknownName, Message: "a case cannot be cancelled; the customer withdraws it, or its state is decided by a command.",
	})
}

// ended reports whether the case is over and nothing of it is still under way.
func (c *Case) ended() bool { return c.ClosedAt != nil && len(c.calls) == 0 && c.written() }

// drain lets every handler that has begun finish and hears what has arrived, so that nothing is lost at the end of a run.
func (c *Case) drain() error {
	for {
		if err := workflow.Await(c.ctx, func() bool {
			return workflow.AllHandlersFinished(c.ctx) && c.written() && len(c.calls) == 0
		}); err != nil {
			return err
		}
		if c.hearAll() == 0 {
			return nil
		}
	}
}

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

// close ends the case with an outcome. The last notice and the last row are written before the workflow completes.
func (c *Case) close(outcome schemas.Outcome, refusal *schemas.Refusal) {
	if c.disputed() {
		c.EndsLater = true
		return
	}
	if c.holdsOpen(outcome) {
		if !c.Closing {
			c.Closing = true
			if c.awaitsRefunds() {
				c.startClock(c.begin(schemas.EventClosed, schemas.System, schemas.DoorSystem), c.named("refund_poll"), pollSays)
			}
			workflow.Go(c.ctx, c.closeFreed)
		}
		return
	}
	s := c.begin(schemas.EventClosed, schemas.System, schemas.DoorSystem)
	c.Outcome, c.Refusal = outcome, refusal
	c.ClosedAt = &s.at
	c.Following, c.Ladder = false, nil
	writing := c.clock("rows.retry")
	c.stopAllClocks()
	if writing != nil && writesAfterTheEnd(c.ctx) {
		c.Clocks = append(c.Clocks, writing)
	}
	switch {
	case outcome == schemas.Invalid:
		s.say("Closed as INVALID: %s A person can look at it: send case.request_human.", refusal.Error())
		if c.Opening.Request.CustomerID != "" {
			s.tell("case.invalid", vars{"why": string(refusal.Code)})
		}
	case outcome == schemas.Merged:
		s.say("Closed: merged.")
	default:
		s.say("Closed: %s, %s refunded.", outcome, c.refunded())
		s.tell("case.closed", vars{"outcome": string(outcome), "amount": amount(c.refunded())})
	}
	c.settle(s)
}

// standDown ends the workflow of a case that had ended before, leaving its rows untouched.
func (c *Case) standDown() {
	now := c.now()
	c.ClosedAt = &now
	c.stopAllClocks()
	c.mute = true
}

// state is the state of the case: that of its line furthest behind.
func (c *Case) state() schemas.State {
	switch {
	case c.ClosedAt != nil:
		return schemas.Closed
	case c.Following:
		return schemas.FollowUp
	}
	best := -1
	for _, l := range c.Lines {
		if l.State == schemas.Closed {
			continue
		}
		if r := c.story.rank(l.State); best < 0 || r < best {
			best = r
		}
	}
	switch {
	case best >= 0:
		return c.story.rows[best].state
	case c.anyHandled():
		return schemas.FollowUp // every line has just ended
	}
	return schemas.Submitted
}

// where is the row of the case's state, and nil once it is closed.
func (c *Case) where() *row { return c.story.row(c.state()) }

func (c *Case) stage() schemas.Stage {
	if r := c.where(); r != nil {
		return r.stage
	}
	return schemas.StageClosed
}

// turn is whose turn it is. A state of the system's own in which a step is parked waits for whoever frees it, and one in which a second
// person is asked for that person.
func (c *Case) turn() schemas.Turn {
	turn := c.turnOfState()
	if turn != schemas.TurnSystem {
		return turn
	}
	for _, w := range c.Parked {
		if !w.Trying {
			return w.Turn
		}
	}
	if c.openOne("") != nil {
		return schemas.TurnMerchant
	}
	return turn
}

func (c *Case) turnOfState() schemas.Turn {
	if r := c.where(); r != nil {
		return r.turn
	}
	return schemas.TurnNobody
}

// person is who is asked now besides the owner: the level of an escalation that has not accepted it, else the second person of the
// approval that was opened first.
func (c *Case) person() string {
	switch a := c.openOne(""); {
	case c.ClosedAt != nil:
		return ""
	case c.Ladder != nil && !c.Ladder.Accepted:
		return c.Ladder.Person
	case a != nil:
		return a.Asked
	}
	return ""
}

func (c *Case) now() time.Time { return workflow.Now(c.ctx) }

func (c *Case) policy() string {
	if p := c.Opening.Policy; p != "" {
		return p
	}
	return "default"
}

// inState lists the lines that stand in a state.
func (c *Case) inState(state schemas.State) []*schemas.Line {
	var found []*schemas.Line
	for _, l := range c.Lines {
		if l.State == state {
			found = append(found, l)
		}
	}
	return found
}

// customer is the actor the case belongs to.
func (c *Case) customer() schemas.Actor {
	return schemas.Actor{Role: schemas.RoleCustomer, ID: c.Opening.Request.CustomerID}
}

// post keeps what somebody wrote or showed; a decision without words or files is told by its event alone.
func (c *Case) post(p schemas.Posted) {
	if p.TextID == "" && p.CaseID == "" && len(p.Evidence) == 0 {
		return
	}
	c.Messages = append(c.Messages, p)
	for _, id := range p.Evidence {
		if !contains(c.Evidence, id) {
			c.Evidence = append(c.Evidence, id)
		}
	}
}
