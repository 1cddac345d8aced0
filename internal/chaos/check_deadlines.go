package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// deadline is a clock with one of its dues: a clock that is paused or starts anew has another one.
type deadline struct {
	clock string
	due   string // in whole seconds, as events write it
	lines string
}

// ranOut reads an event as the end of a clock.
func ranOut(e schemas.Event) (deadline, time.Time, bool) {
	clock, due := e.Data["clock"], e.Data["due"]
	if clock == "" || due == "" || e.Actor.Role != schemas.RoleSystem {
		return deadline{}, time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, due)
	return deadline{clock, due, strings.Join(e.Lines, ",")}, at, err == nil
}

// deadlinesMissed: a deadline that came while its clock ran, and did nothing, or did it too early or too late.
func deadlinesMissed(e *Evidence) (found []Finding) {
	for _, id := range slices.Sorted(maps.Keys(e.Lives)) {
		l := e.Lives[id]
		say := func(format string, args ...any) {
			found = append(found, Finding{id, fmt.Sprintf(format, args...), "starter show " + id + "; the timers of its workflow in Temporal's UI"})
		}
		for _, timer := range l.Timers {
			switch {
			case timer.RangAt.IsZero() && !timer.Dropped && l.waited(timer.Due, l.EndedAt) > tolerance:
				say("Temporal's timer of %s did not ring", timer.Due.Format(time.RFC3339))
			case l.waited(timer.Due, timer.RangAt) > tolerance:
				say("Temporal's timer of %s rang at %s", timer.Due.Format(time.RFC3339), timer.RangAt.Format(time.RFC3339))
			}
		}
		for _, event := range eventsOf(l) {
			d, due, is := ranOut(event)
			late := l.waited(later(due, l.begun(d, event.Revision)), event.At)
			switch {
			case !is:
			case late > tolerance:
				say("%s ran out at %s, %s after its due", d.clock, event.At.Format(time.RFC3339), late.Round(time.Second))
			case due.Sub(event.At) > time.Second: // events write dues in whole seconds
				say("%s ran out at %s, %s before its due", d.clock, event.At.Format(time.RFC3339), due.Sub(event.At).Round(time.Second))
			}
		}
		for _, missed := range l.passedBy() {
			say("%s", missed)
		}
		// The row of a case that is open: its clocks are looked at by the time of whoever is ahead.
		if v, known := e.Rows[id]; known && v.ClosedAt == nil {
			for _, k := range v.Clocks {
				if now := later(v.Now, e.Said.Until); !k.Paused && now.Sub(k.Due) > tolerance {
					say("%s was due %s, and it is %s", k.Name, k.Due.Format(time.RFC3339), now.Format(time.RFC3339))
				}
			}
		}
	}
	return found
}

// begun is the earliest moment at which a clock can have begun that is first heard of when it runs out: it did not run in the moment before. A
// duty that counts from the arrival of the goods may be over before the case begins that has it. Zero where it ran.
func (l *Lived) begun(d deadline, revision int64) (at time.Time) {
	for i, m := range l.Moments {
		if i == 0 {
			at = m.At
		}
		if m.Row.Revision >= revision {
			break
		}
		at = m.At
		if slices.ContainsFunc(m.Row.Clocks, func(k schemas.Clock) bool { return k.Name == d.clock && k.Due.UTC().Format(time.RFC3339) == d.due }) {
			return time.Time{}
		}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func eventsOf(l *Lived) []schemas.Event {
	line := l.Timeline()
	var events []schemas.Event
	for _, revision := range slices.Sorted(maps.Keys(line)) {
		events = append(events, line[revision])
	}
	return events
}

// unheard is the one clock that stops without an event: that of the acknowledgement, when it has left.
const unheard = "ack"

// passedBy finds clocks that ran in one moment of the case, and whose due had long passed in the next one without their having run
// out. Only neighbours are compared: while PostgreSQL is away a case does not try to write every change.
//
// Two players who move a case ahead at once move it past a due before its timer can ring. That is no waiting, and the clock that rings then
// may end the others; but none may go on running as if its due were still to come.
func (l *Lived) passedBy() (missed []string) {
	for i := 0; i+1 < len(l.Moments); i++ {
		now, next := l.Moments[i], l.Moments[i+1]
		if next.Base != now.Row.Revision {
			continue
		}
		ended := map[string]bool{}
		for _, e := range next.Events {
			if d, _, is := ranOut(e); is {
				ended[d.clock+d.due] = true
			}
		}
		for _, k := range now.Row.Clocks {
			due := k.Due.UTC().Format(time.RFC3339)
			stopped := k.Name == unheard && !slices.ContainsFunc(next.Row.Clocks, func(x schemas.Clock) bool { return x.ClockID == k.ClockID })
			forgotten := next.At.Sub(k.Due) > tolerance && runs(next, k) && (i+2 == len(l.Moments) || runs(l.Moments[i+2], k))
			if !k.Paused && !stopped && (forgotten || l.waited(k.Due, next.At) > tolerance) && !ended[k.Name+due] {
				missed = append(missed, fmt.Sprintf("%s was due %s; the case was at work at %s, and nothing had happened", k.Name, due, next.At.Format(time.RFC3339)))
			}
		}
	}
	return missed
}

// runs reports whether a clock still runs after a moment, for the same due.
func runs(m Moment, k schemas.Clock) bool {
	return slices.ContainsFunc(m.Row.Clocks, func(x schemas.Clock) bool { return x.ClockID == k.ClockID && !x.Paused && x.Due.Equal(k.Due) })
}

// deadlinesTwice: one due of one clock that ran out more than once, in the archive or in the case's own life.
func deadlinesTwice(e *Evidence) (found []Finding) {
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		lives := [][]schemas.Event{e.Rows[id].Events}
		if l := e.Lives[id]; l != nil {
			lives = append(lives, eventsOf(l))
		}
		told := map[deadline]bool{}
		for _, events := range lives {
			seen := map[deadline]int64{}
			for _, event := range events {
				d, _, is := ranOut(event)
				if !is {
					continue
				}
				if before, twice := seen[d]; twice && !told[d] {
					told[d] = true
					found = append(found, Finding{
						id, fmt.Sprintf("%s, due %s, ran out at revision %d and again at %d", d.clock, d.due, before, event.Revision), "starter show " + id,
					})
				}
				seen[d] = event.Revision
			}
		}
	}
	return found
}
