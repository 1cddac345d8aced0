package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// runClocks is the one loop over all clocks of the case, with one timer. The timer is armed for the earliest point and is
// set anew only when an earlier one has come up; when a later one is the earliest by then, the loop looks and arms again.
func (c *Case) runClocks(ctx workflow.Context) {
	for {
		if workflow.Await(ctx, func() bool { return !c.earliest().IsZero() }) != nil {
			return
		}
		armed := c.earliest()
		if wait := armed.Sub(workflow.Now(ctx)); wait > 0 {
			// The SDK's own await with a timeout would leave the timer running after the condition is met, to wake the case
			// for nothing later; this one is cancelled.
			timing, cancel := workflow.WithCancel(ctx)
			timer := workflow.NewTimerWithOptions(timing, wait, workflow.TimerOptions{Summary: c.summaryOf(armed)})
			err := workflow.Await(ctx, func() bool {
				e := c.earliest()
				return timer.IsReady() || e.IsZero() || e.Before(armed)
			})
			fired := timer.IsReady()
			cancel()
			if err != nil {
				return
			}
			if !fired {
				continue
			}
		}
		if c.asksAboutLostFacts() && c.ready() {
			// What came in time, while nobody ran, counts before the clock does.
			if letOthersRun(ctx) != nil {
				return
			}
			c.hearAll()
		}
		c.fireDue(workflow.Now(ctx))
	}
}

// point is the next moment at which a clock does something: a warning, a reminder, or its end.
type point struct {
	at     time.Time
	remind bool
	end    bool
}

// nextPoint is the next point of a clock, and none of a paused one.
func nextPoint(k *schemas.Clock) (point, bool) {
	if k.Paused {
		return point{}, false
	}
	points := pointsOf(k)
	if k.Fired < len(points) {
		return points[k.Fired], true
	}
	return point{at: k.Due, end: true}, true
}

// pointsOf lists the warnings and reminders of a clock in order. They keep their distance from the due, so that a pause
// moves them along with it.
func pointsOf(k *schemas.Clock) []point {
	var points []point
	w, r := k.Spec.Warn, k.Spec.Remind
	for len(w) > 0 || len(r) > 0 {
		remind := len(w) == 0 || (len(r) > 0 && r[0] < w[0])
		var after schemas.Duration
		if remind {
			after, r = r[0], r[1:]
		} else {
			after, w = w[0], w[1:]
		}
		if after < k.Spec.After {
			points = append(points, point{at: k.Due.Add(after.D() - k.Spec.After.D()), remind: remind})
		}
	}
	return points
}

// earliest is the earliest point of all clocks, or zero where none runs.
func (c *Case) earliest() time.Time {
	var earliest time.Time
	for _, k := range c.Clocks {
		if p, runs := nextPoint(k); runs && (earliest.IsZero() || p.at.Before(earliest)) {
			earliest = p.at
		}
	}
	return earliest
}

// fireDue lets every clock act whose point has come. After an outage only the last point of each clock that was passed
// acts: a reminder of something that has since run out would only confuse.
func (c *Case) fireDue(now time.Time) {
	for {
		var due *schemas.Clock
		var what point
		for _, k := range c.Clocks {
			p, runs := nextPoint(k)
			if runs && !p.at.After(now) && (due == nil || p.at.Before(what.at)) {
				due, what = k, p
			}
		}
		if due == nil {
			return
		}
		if what.end {
			c.runOut(due, now)
			continue
		}
		due.Fired++
		if next, _ := nextPoint(due); next.at.After(now) {
			c.remind(due, what)
		}
	}
}

// runOut lets silence have its consequence.
func (c *Case) runOut(k *schemas.Clock, now time.Time) {
	s := c.begin(schemas.EventExpired, schemas.System, schemas.DoorSystem)
	s.clock, s.rule = k, k.Rule
	s.lines = c.linesOn(k)
	s.note("clock", k.Name)
	s.note("due", stamp(k.Due))
	if late := now.Sub(k.Due); late > time.Minute {
		s.note("late_by", late.Round(time.Second).String())
	}
	c.removeClock(k.ClockID)
	for _, l := range s.lines {
		l.ClockID = ""
	}
	s.say("%s ran out (%s).", k.Name, k.Rule)
	if does, ok := c.story.onExpiry(k.Name); ok {
		does.act(s)
	} else if does, ok := caseExpiry(k.Name); ok {
		does.act(c, s)
	}
	c.settle(s)
}

// remind gives a warning to the owner or a reminder to the customer.
func (c *Case) remind(k *schemas.Clock, p point) {
	if p.remind {
		s := c.begin(schemas.EventReminded, schemas.System, schemas.DoorSystem)
		s.clock, s.rule, s.lines = k, k.Rule, c.linesOn(k)
		s.note("clock", k.Name)
		s.say("The customer is reminded of %s, due %s.", k.Name, stamp(k.Due))
		c.remindCustomer(s, k)
		c.settle(s)
		return
	}
	s := c.begin(schemas.EventWarned, schemas.System, schemas.DoorSystem)
	s.clock, s.rule, s.lines = k, k.Rule, c.linesOn(k)
	s.note("clock", k.Name)
	s.say("%s is due %s.", k.Name, stamp(k.Due))
	template := "staff.sla_warn"
	if k.Spec.Basis == "law" {
		template = "staff.law"
		c.nearsLaw(s, k)
	}
	if d := c.dispute(k.Trigger); d != nil && !d.Status.Over() {
		c.tellStaff(s, d, "staff.external")
	} else {
		s.staff(template, c.Owner, vars{"clock": k.Name, "due": stamp(k.Due)})
	}
	c.settle(s)
}

// reminders tells what a clock of an exchange waits for the customer to do.
var reminders = map[string]string{
	"exchange.out_of_stock":       "choose",
	"exchange.out_of_stock_again": "choose",
	"exchange.wait_payment":       "pay",
	"exchange.payment_again":      "pay",
	"exchange.confirm":            "confirm",
	"exchange.replacement_lost":   "choose_after_loss",
}

// remindCustomer picks the words that fit the clock. Whoever has the replacement of an advance exchange owes the old goods.
func (c *Case) remindCustomer(s *step, k *schemas.Clock) {
	v := vars{"lines": linesVar(s.lines), "due": stamp(k.Due)}
	if x, is := c.as.(*exchanges); is && c.asksAboutLostFacts() {
		x.lookUpOpenCharges(s.lines) // whoever has paid hears of it instead of the next reminder
	}
	if what, ok := reminders[k.Name]; ok {
		if len(s.lines) > 0 && s.lines[0].State == schemas.ReplacementLost && s.lines[0].Replacement.Undelivered {
			what = "choose_not_taken"
		}
		v["what"] = what
		s.tell("exchange.reminder", v)
		return
	}
	switch k.Name {
	case c.named("wait_info"):
		s.tell("info.reminder", vars{"wanted": c.wanted(), "due": stamp(k.Due)})
	case c.named("negotiating"):
		if len(s.lines) > 0 && s.lines[0].Offer != nil {
			o := s.lines[0].Offer
			if o.What == schemas.OfferExchange {
				s.tell("return.exchange_offered", vars{"lines": linesVar(s.lines), "sku": o.ReplacementSKU, "due": stamp(k.Due)})
				return
			}
			s.tell("offer.reminder", vars{"lines": linesVar(s.lines), "what": string(o.What), "amount": amount(o.Amount), "due": stamp(k.Due)})
		}
	case c.named("inspection_failed"):
		s.tell("inspect.reminder", v)
	case "survey.open":
		s.tell("survey.remind", vars{"due": stamp(k.Due)})
	default:
		early, first := sort2(s.lines, sentInAdvance)
		if len(early) > 0 {
			s.tell("exchange.reminder", vars{"lines": linesVar(early), "what": "send_old", "due": stamp(k.Due)})
		}
		if len(first) > 0 || len(early) == 0 {
			s.tell("return.reminder", vars{"lines": linesVar(first), "due": stamp(k.Due)})
		}
	}
}

// startOn starts a clock on lines. Lines that enter a state together share its clock.
func (c *Case) startOn(s *step, lines []*schemas.Line, name, expiry string) *schemas.Clock {
	k := c.startClock(s, name, expiry)
	for _, l := range lines {
		l.ClockID = k.ClockID
	}
	c.dropIdleClocks()
	k.Lines = lineIDs(lines)
	return k
}

// startClock starts a clock of the plan. A rule that is not in the plan is a fault of the policy that its check finds; here
// a day is given, so that no state is left without a clock.
func (c *Case) startClock(s *step, name, expiry string) *schemas.Clock {
	spec, ok := c.Plan.Clocks[name]
	if !ok {
		spec = schemas.ClockSpec{Rule: name + "@missing", After: schemas.Duration(24 * time.Hour)}
	}
	// Two clocks may be needed before there is a plan.
	switch {
	case name == "intake":
		spec = schemas.ClockSpec{Rule: "intake", After: schemas.Duration(time.Minute), Basis: "default"}
	case name == "rows.retry" && !ok:
		spec = schemas.ClockSpec{Rule: "rows.retry", After: schemas.Duration(5 * time.Second), Basis: "default"}
	}
	k := &schemas.Clock{
		ClockID: fmt.Sprintf("k%d", c.next("clock")), Name: name, Rule: spec.Rule, Trigger: s.name, Spec: spec, Expiry: expiry,
	}
	c.reckon(k, s.at)
	c.Clocks = append(c.Clocks, k)
	return k
}

// stopClock stops every clock of these names.
func (c *Case) stopClock(names ...string) {
	kept := c.Clocks[:0]
	for _, k := range c.Clocks {
		if !contains(names, k.Name) {
			kept = append(kept, k)
		}
	}
	c.Clocks = kept
}

func (c *Case) removeClock(id string) {
	for i, k := range c.Clocks {
		if k.ClockID == id {
			c.Clocks = append(c.Clocks[:i], c.Clocks[i+1:]...)
			return
		}
	}
}

func (c *Case) stopAllClocks() { c.Clocks = nil }

// dropIdleClocks stops the clocks on lines that have all gone on.
func (c *Case) dropIdleClocks() {
	kept := c.Clocks[:0]
	for _, k := range c.Clocks {
		if len(k.Lines) > 0 {
			lines := c.linesOn(k)
			if len(lines) == 0 {
				continue
			}
			k.Lines = lineIDs(lines)
		}
		kept = append(kept, k)
	}
	c.Clocks = kept
}

func (c *Case) linesOn(k *schemas.Clock) []*schemas.Line {
	var on []*schemas.Line
	for _, l := range c.Lines {
		if l.ClockID == k.ClockID && l.State != schemas.Closed {
			on = append(on, l)
		}
	}
	return on
}

func (c *Case) clock(name string) *schemas.Clock {
	for _, k := range c.Clocks {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// dueOf is when the clock of lines runs out.
func (c *Case) dueOf(lines []*schemas.Line) time.Time {
	for _, l := range lines {
		for _, k := range c.Clocks {
			if l.ClockID != "" && k.ClockID == l.ClockID {
				return k.Due
			}
		}
	}
	return time.Time{}
}

// summaryOf names the clock that a timer is armed for, for whoever reads the history.
func (c *Case) summaryOf(at time.Time) string {
	for _, k := range c.Clocks {
		if p, runs := nextPoint(k); runs && p.at.Equal(at) {
			if p.end {
				return k.Name + " runs out"
			}
			return k.Name + " warns"
		}
	}
	return ""
}
