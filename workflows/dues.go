package workflows

import (
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// When clocks end: reckoned once when they start, from what every layer of the rules says, and again after a pause. All of it is
// plain arithmetic over the days that the plan carries, so that no update of a calendar or of a time zone changes what a case
// has decided.

// reckon lets a clock start at an instant: when it ends, by which rule, and what the other layers would have made of it.
func (c *Case) reckon(k *schemas.Clock, at time.Time) {
	dues := c.Plan.Due(k.Spec, at)
	k.StartedAt, k.Due, k.Rule = at, dues.Due, dues.Rule
	k.Layers, k.Provisional = dues.Layers, dues.Provisional
}

// restart lets a clock begin anew at an instant. One that is paused stays so, with all of its time left.
func (c *Case) restart(k *schemas.Clock, at time.Time) {
	c.reckon(k, at)
	k.Fired = 0
	if k.Paused {
		c.keep(k, at)
	}
}

// pause stops a clock and keeps the time left; resume reckons the due anew from it. What a calendar counts is kept in open hours
// or working days, so that a pause over a holiday takes nothing away.
func (c *Case) pause(k *schemas.Clock, at time.Time, why string) {
	if k.Paused {
		return
	}
	k.Paused = true
	c.keep(k, at)
	k.Pauses = append(k.Pauses, schemas.ClockPause{From: at, Reason: why})
}

// keep notes what is left of a clock at an instant.
func (c *Case) keep(k *schemas.Clock, at time.Time) {
	k.Left, k.Remaining = schemas.Duration(k.Due.Sub(at)), nil
	l := counting(k)
	if l == nil {
		return
	}
	left, err := l.Term.Left(c.Plan.Days(l.Term.Calendar), schemas.Reckoning{Due: l.Due, Nominal: l.Nominal}, at)
	if err == nil {
		k.Remaining = &left
	}
}

func (c *Case) resume(k *schemas.Clock, at time.Time) {
	if !k.Paused {
		return
	}
	k.Paused, k.Due = false, at.Add(k.Left.D())
	if l := counting(k); l != nil && k.Remaining != nil {
		if r, err := l.Term.Resume(c.Plan.Days(l.Term.Calendar), *k.Remaining, at); err == nil {
			k.Due, k.Provisional = r.Due, r.Provisional
			l.Due, l.Nominal, l.Skipped, l.Provisional = r.Due, r.Nominal, r.Skipped, r.Provisional
		}
	}
	k.Pauses[len(k.Pauses)-1].To = &at
	k.Left, k.Remaining = 0, nil
}

// counting is the layer whose word a clock goes by, where a calendar counts it.
func counting(k *schemas.Clock) *schemas.LayerDue {
	for i := range k.Layers {
		if l := &k.Layers[i]; l.Rule == k.Rule && l.Term != nil && !l.Platform {
			return l
		}
	}
	return nil
}

// startLaw starts the duties of the law that an event of the case triggers.
func (c *Case) startLaw(s *step, trigger string, at time.Time) {
	for _, name := range workflow.DeterministicKeys(c.Plan.Clocks) {
		if !strings.HasPrefix(name, lawPrefix) || c.Plan.Clocks[name].Trigger != trigger || c.clock(name) != nil {
			continue
		}
		does, _ := caseExpiry(name)
		k := c.startClock(s, name, does.says)
		k.Trigger = trigger
		c.reckon(k, at)
	}
}

// lawPrefix is how the names of statutory duties begin.
const lawPrefix = "law."

// stopLaw stops every duty of the law but those that are named: what is over owes nothing more.
func (c *Case) stopLaw(but ...string) {
	kept := c.Clocks[:0]
	for _, k := range c.Clocks {
		if !strings.HasPrefix(k.Name, lawPrefix) || contains(but, k.Name) {
			kept = append(kept, k)
		}
	}
	c.Clocks = kept
}

// caseExpiry is what the end of one of the case's own clocks does. All duties of the law end alike.
func caseExpiry(name string) (caseSilence, bool) {
	if strings.HasPrefix(name, lawPrefix) {
		name = "law.refund"
	}
	does, ok := caseExpiries[name]
	return does, ok
}
