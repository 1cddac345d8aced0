package workflows

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// A step that fails in a way that no repetition helps is parked: it says why, waits for a person, and goes on where it stood once it is
// freed. It never stands in the way of the clocks, nor of other lines; but what hangs on it waits, and the case does not close over it.

// Parked is a parked step, with what was decided about it.
type Parked struct {
	schemas.Parked
	Decision string               `json:"decision,omitempty"` // retry or skip, until the step has heard of it
	With     *schemas.CorrectStep `json:"with,omitempty"`     // what is corrected
	Rung     int                  `json:"rung,omitempty"`     // how often its clock has run out
	Waybill  string               `json:"waybill,omitempty"`  // of a parcel: its number
	Polled   bool                 `json:"polled,omitempty"`   // it is being tried again by its clock: nobody is told anew
}

const (
	decidedRetry = "retry"
	decidedSkip  = "skip"
)

var (
	errSkipped = errors.New("a second person has granted that the step is skipped")
	errMoot    = errors.New("the step is not needed any more")
)

// parking is what is known of a step that may have to be parked.
type parking[In any] struct {
	lines []*schemas.Line
	// correct puts a corrected datum into the order, under a new key: nothing happened under the old one.
	correct func(*In, schemas.CorrectStep)
	waybill string // the parcel it is about
	// moot reports that nobody needs the step any more; nil where it is needed until it is done.
	moot func() bool
	// parked and again tell the step's own surroundings that it waits, and that it is tried again.
	parked, again func()
}

// insist makes a call that has to be done. Where it fails for ever it is parked until a person frees it, the case needs it no more, or it is
// skipped (errMoot, errSkipped). In cases that began before 2026-11-26 the caller makes of the error what it did then.
func insist[In, Out any](ctx workflow.Context, c *Case, a schemas.Activity[In, Out], key string, in In, p parking[In]) (Out, error) {
	out, err := do(ctx, c, a, key, in)
	return insistAfter(ctx, c, a, key, in, p, out, err)
}

// insistAfter is insist for a call that has been answered.
func insistAfter[In, Out any](ctx workflow.Context, c *Case, a schemas.Activity[In, Out], key string, in In, p parking[In], out Out, err error) (Out, error) {
	again := func(w *Parked) error {
		if w.With != nil && p.correct != nil {
			p.correct(&in, *w.With)
		}
		w.With = nil
		out, err = do(ctx, c, a, key, in)
		return err
	}
	wait := waiting{name: a.Name, key: key, lines: p.lines, waybill: p.waybill, moot: p.moot, parked: p.parked, again: p.again}
	err = c.untilFreed(ctx, err, wait, again)
	return out, err
}

// waiting is a parked step without the types of its call.
type waiting struct {
	name, key     string
	waybill       string
	lines         []*schemas.Line
	moot          func() bool
	parked, again func()
	early         bool // the case has not been taken in yet, so that nothing is known of its edition
}

// untilFreed parks a step for as long as it fails.
func (c *Case) untilFreed(ctx workflow.Context, err error, p waiting, again func(*Parked) error) error {
	if !forGood(err) || c.ClosedAt != nil || (!c.parksSteps() && !p.early) {
		return err
	}
	w := &Parked{Parked: schemas.Parked{
		StepID: fmt.Sprintf("p%d", c.next("parked")), Step: p.name, Key: p.key, Turn: parkable[p.name].turn, Since: c.now(), Lines: lineIDs(p.lines),
	}, Waybill: p.waybill}
	c.Parked = append(c.Parked, w)
	for forGood(err) {
		c.park(w, causeOf(err))
		if p.parked != nil {
			p.parked()
		}
		if e := workflow.Await(ctx, func() bool { return w.Decision != "" || (p.moot != nil && p.moot()) }); e != nil {
			return e
		}
		if p.moot != nil && p.moot() {
			c.unpark(w, "is not needed any more")
			return errMoot
		}
		if w.Decision == decidedSkip {
			c.forget(w)
			return errSkipped
		}
		w.Decision = ""
		if p.again != nil {
			p.again()
		}
		err = again(w)
	}
	if err == nil {
		c.unpark(w, "has been done")
	} else {
		c.forget(w)
	}
	return err
}

// park says in the history that a step waits, and tells its people. The clock of a step that fails again goes on.
func (c *Case) park(w *Parked, why *schemas.Refusal) {
	again := w.Polled && w.Cause == why.Code
	w.Polled = false
	w.Cause, w.Message, w.Trying = why.Code, why.Message, false
	w.Tries++
	s := c.begin(schemas.EventStuck, schemas.System, schemas.DoorSystem)
	if c.clockOfParked(w) == nil {
		c.startClock(s, "step.parked", parkedSays).Trigger = w.StepID
	}
	if w.Cause == schemas.CodeNoAnswer && c.pollOf(w) == nil {
		c.startClock(s, c.named("refund_poll"), pollSays).Trigger = w.StepID
	}
	s.say("%s cannot be done: %s It is parked as %s.", w.Step, sentence(why.Message), w.StepID)
	s.note("step", w.Step)
	s.note("step_id", w.StepID)
	s.note("code", string(w.Cause))
	if !again {
		s.staff("staff.stuck", c.Owner, vars{"step": w.Step, "cause": string(w.Cause)})
	}
	c.settle(s)
}

// pollOf is the clock that asks a parked question again to which no answer came.
func (c *Case) pollOf(w *Parked) *schemas.Clock {
	for _, k := range c.Clocks {
		if k.Trigger == w.StepID && k.Name == c.named("refund_poll") {
			return k
		}
	}
	return nil
}

// pollParked asks a parked question again by itself: an answer may come without anybody's doing.
func (c *Case) pollParked(s *step, w *Parked) {
	c.startClock(s, s.clock.Name, pollSays).Trigger = w.StepID
	s.note("step_id", w.StepID)
	s.say("%s (%s) is tried again.", w.Step, w.StepID)
	if !w.Trying && w.Decision == "" {
		w.Decision, w.Trying, w.Polled = decidedRetry, true, true
	}
}

// unpark ends the waiting of a step, for a reason that the history keeps.
func (c *Case) unpark(w *Parked, why string) {
	s := c.begin(schemas.EventFreed, schemas.System, schemas.DoorSystem)
	s.say("%s (%s) %s.", w.Step, w.StepID, why)
	s.note("step", w.Step)
	s.note("step_id", w.StepID)
	c.withdrawSkip(w, s.actor, "step_freed")
	c.forget(w)
	c.settle(s)
}

func (c *Case) forget(w *Parked) {
	for i, p := range c.Parked {
		if p == w {
			c.Parked = append(c.Parked[:i:i], c.Parked[i+1:]...)
			break
		}
	}
	for _, k := range []*schemas.Clock{c.clockOfParked(w), c.pollOf(w)} {
		if k != nil {
			c.removeClock(k.ClockID)
		}
	}
}

func (c *Case) clockOfParked(w *Parked) *schemas.Clock {
	for _, k := range c.Clocks {
		if k.Trigger == w.StepID && (k.Name == "step.parked" || k.Name == "step.parked_again") {
			return k
		}
	}
	return nil
}

func (c *Case) parkedStep(id string) *Parked {
	for _, w := range c.Parked {
		if w.StepID == id {
			return w
		}
	}
	return nil
}

// sentence ends a text as one.
func sentence(text string) string {
	if text == "" || text[len(text)-1] == '.' {
		return text
	}
	return text + "."
}

// forGood reports whether an error is one that no repetition helps: an outside system's never, or a refusal of our own books. What ran out
// of attempts is not: nobody knows what became of it.
func forGood(err error) bool {
	if err == nil || temporal.IsCanceledError(err) {
		return false
	}
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		return app.NonRetryable() || app.Type() == schemas.ErrorTypeRefused
	}
	var child *temporal.ChildWorkflowExecutionAlreadyStartedError
	return errors.As(err, &child)
}

var causeWord = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// causeOf is the cause for which a step is parked. What an outside system says for good carries its code as the type of the error.
func causeOf(err error) *schemas.Refusal {
	refusal := asRefusal(err)
	var app *temporal.ApplicationError
	if refusal.Code == schemas.CodeUnavailable && errors.As(err, &app) && app.Type() != schemas.ErrorTypeRefused && causeWord.MatchString(app.Type()) {
		return &schemas.Refusal{Code: schemas.Code(app.Type()), Message: app.Message()}
	}
	return refusal
}

// parkedSays is what the clock of a parked step does, as both sides can read it.
const parkedSays = "the supervisor is told, then the manager; at last the step is skipped, but never where somebody would be owed: then the manager is told again"

// parkedTooLong tells the next level about a step that nobody frees. It ends: where nobody is owed for it, the operator does without it.
func (c *Case) parkedTooLong(s *step) {
	w := c.parkedStep(s.clock.Trigger)
	if w == nil {
		c.closingTooLong(s)
		return
	}
	w.Rung++
	s.note("step", w.Step)
	s.note("step_id", w.StepID)
	s.note("code", string(w.Cause))
	s.say("%s (%s) is still parked: %s.", w.Step, w.StepID, w.Cause)
	does := parkable[w.Step]
	switch {
	case w.Step == schemas.CaseIntake.Name && w.Rung >= 3:
		w.Decision = decidedSkip
		s.say("Nothing is known of the order; the case ends.")
		return
	case w.Rung >= 3 && does.lapses && !w.Trying:
		s.name, s.actor, w.Decision = schemas.EventLastRung, schemas.Operator, decidedSkip
		s.say("Nobody has freed it; the operator does without it: %s.", does.skip)
		c.withdrawSkip(w, s.actor, "last_rung")
		return
	case w.Step == schemas.CaseIntake.Name:
		s.name = schemas.EventOpsAlert
	case w.Rung == 1:
		c.raise(s, 3, "step_parked")
	default:
		c.raise(s, 4, "step_parked")
	}
	c.startClock(s, "step.parked_again", parkedSays).Trigger = w.StepID
}

// beside lets a step that has failed wait beside everything else, where nobody has to wait for it.
func (c *Case) beside(name, key string, err error, insist func(workflow.Context) error) {
	if !forGood(err) || !c.parksSteps() {
		c.stuckOn(err, name, key)
		return
	}
	c.effect(name, key, func(ctx workflow.Context) { c.stuckOn(insist(ctx), name, key) })
}

// parkedUntil is when the clock of a parked step that these lines hang on runs out, and zero where none is parked.
func (c *Case) parkedUntil(lines []*schemas.Line) time.Time {
	var until time.Time
	for _, w := range c.Parked {
		if k := c.clockOfParked(w); k != nil && meets(w.Lines, lineIDs(lines)) && k.Due.After(until) {
			until = k.Due
		}
	}
	return until
}
