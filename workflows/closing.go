package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What keeps a case open after its last line has ended and its survey is over.

// holdsOpen keeps a case from closing over a step that is parked, or over one that is under way and may still have to be parked: nobody could
// free it afterwards. It closes as soon as that is known.
func (c *Case) holdsOpen(outcome schemas.Outcome) bool {
	if !c.parksSteps() || outcome == schemas.Invalid || outcome == schemas.Merged {
		return false
	}
	return len(c.Parked) > 0 || c.unanswered() != nil || c.awaitsRefunds() || c.asksForLeft()
}

// awaitsRefunds reports whether a refund of this case is under way, whatever has become of its line: what is left of a deposit, say, goes back
// after the line has ended.
func (c *Case) awaitsRefunds() bool {
	return c.waitsForRefunds() && slices.ContainsFunc(c.Refunds, func(f *schemas.Refund) bool {
		kept := c.asksAboutAllMoney() && f.Held && f.Status == schemas.RefundRequested
		return c.ours(f.RefundID) && (c.inFlight(f) || kept)
	})
}

// closeFreed closes the case once nothing of it is parked or under way. Its messages may leave after its end; they kept cases of earlier editions open.
func (c *Case) closeFreed(ctx workflow.Context) {
	if workflow.Await(ctx, func() bool {
		done := len(c.Parked) == 0 && c.unanswered() == nil && !c.awaitsRefunds() && !c.asksForLeft()
		return !c.Closing || done && (c.staysForWhatItAsked() || len(c.calls) == 0)
	}) != nil || !c.Closing {
		return
	}
	c.Closing = false
	c.close(c.outcome(), nil)
}

// unanswered is the first call that keeps the case open until it is done or parked; nil where there is none. Lines that go on elsewhere need nothing
// more of this case once that is asked for. A question about a refund is parked since the sixth edition alone, and keeps no older case open.
func (c *Case) unanswered() *schemas.Work {
	for i, call := range c.calls {
		does, parks := parkable[call.Name]
		money := does.money && call.Name != schemas.RefundLookup.Name
		if parks && (money || c.staysForWhatItAsked() && call.Name != successor) && !c.isParked(call) {
			return &c.calls[i]
		}
	}
	return nil
}

// keptOpenBy says what a case that is over still waits for.
func (c *Case) keptOpenBy() string {
	call := c.unanswered()
	switch {
	case len(c.Parked) > 0:
		return "what is parked." + c.parkedSentence()
	case call != nil:
		return fmt.Sprintf("%s, under way since %s.", call.Name, stamp(call.Since))
	case c.awaitsRefunds():
		return "money that is on its way."
	}
	return "its last messages."
}

func (c *Case) isParked(call schemas.Work) bool {
	return slices.ContainsFunc(c.Parked, func(w *Parked) bool { return w.Step == call.Name && w.Key == call.Key })
}

const closingSays = "the supervisor is told what the case still waits for, then the manager"

// followClosing gives a case that waits for its end a clock for everything it waits for, so that somebody hears of it where an outside system does not
// answer; also for what has begun since: money that a customer paid late, say, is on its way back. What is parked has a clock of its own.
func (c *Case) followClosing(s *step) {
	if !c.Closing || c.ClosedAt != nil || !c.staysForWhatItAsked() {
		return
	}
	watches := func(names ...string) bool {
		return slices.ContainsFunc(c.Clocks, func(k *schemas.Clock) bool { return contains(names, k.Name) && c.parkedStep(k.Trigger) == nil })
	}
	if c.awaitsRefunds() && !watches(c.named("refund_poll")) {
		c.startClock(s, c.named("refund_poll"), pollSays)
	}
	if call := c.unanswered(); call != nil && !watches("step.parked", "step.parked_again") {
		c.startClock(s, "step.parked", closingSays).Trigger = call.Key
	}
}

// closingTooLong tells the next level what keeps the case from closing.
func (c *Case) closingTooLong(s *step) {
	call := c.unanswered()
	if !c.Closing || call == nil {
		return
	}
	level := 3
	if s.clock.Name == "step.parked_again" {
		level = 4
	}
	s.name = schemas.EventOpsAlert
	s.note("step", call.Name)
	s.say("The case is over, but for %s: there is no answer since %s.", call.Name, stamp(call.Since))
	c.raise(s, level, "step_parked")
	c.startClock(s, "step.parked_again", closingSays).Trigger = call.Key
}
