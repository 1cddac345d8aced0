package workflows

import (
	"fmt"
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

// close ends the case with an outcome. The last notice and the last row are written before the workflow completes.
func (c *Case) close(outcome schemas.Outcome, refusal *schemas.Refusal) {
	if c.disputed() {
		c.EndsLater = true
		return
	}
	if c.Closing && c.staysForWhatItAsked() {
		return // it closes by itself when everything is done
	}
	if c.holdsOpen(outcome) {
		if !c.Closing {
			c.Closing = true
			if c.awaitsRefunds() {
				c.startClock(c.begin(schemas.EventClosed, schemas.System, schemas.DoorSystem), c.named("refund_poll"), pollSays)
			}
			c.followClosing(c.begin(schemas.EventClosed, schemas.System, schemas.DoorSystem))
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
