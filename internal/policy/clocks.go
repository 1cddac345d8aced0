package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// clock is a clock of a policy for every priority.
type clock map[schemas.Priority]schemas.ClockSpec

// horizon is the longest clock a policy may have: longer than any right, and far from what a duration can hold.
const horizon = 10 * 366 * 24 * time.Hour

func (b *builder) clocks() {
	b.policy.clocks = map[string]clock{}
	shapes, docs := b.mergedClocks()
	for _, id := range b.inFileOrder(shapes) {
		b.clock(docs[id], place{"clocks", id}, id, shapes[id])
	}
	l := b.section(func(s fileShape) bool { return s.Clocks != nil })
	for _, name := range Clocks {
		if _, ok := shapes[name]; !ok {
			b.fault(l.doc, place{"clocks"}, "clock %s is missing", name)
		}
	}
}

// mergedClocks lays the clocks of the layers over each other, field by field: a policy that extends another names only what
// it changes.
func (b *builder) mergedClocks() (map[string]clockShape, map[string]*document) {
	shapes, docs := map[string]clockShape{}, map[string]*document{}
	for _, l := range slices.Backward(b.layers) {
		for name, over := range l.shape.Clocks {
			shapes[name] = lay(shapes[name], over)
			docs[name] = l.doc
		}
	}
	return shapes, docs
}

func lay(under, over clockShape) clockShape {
	c := under
	c.Head.Rule = or(over.Head.Rule, c.Head.Rule)
	c.Head.What = or(over.Head.What, c.Head.What)
	c.Head.Basis = or(over.Head.Basis, c.Head.Basis)
	c.Head.Source = or(over.Head.Source, c.Head.Source)
	c.Head.VerifiedOn = or(over.Head.VerifiedOn, c.Head.VerifiedOn)
	c.Head.Confidence = or(over.Head.Confidence, c.Head.Confidence)
	c.Trigger = or(over.Trigger, c.Trigger)
	c.Scaled = c.Scaled || over.Scaled
	if over.After != "" || over.ByPriority != nil {
		c.After, c.ByPriority = over.After, over.ByPriority
		c.Calendar, c.CountFrom, c.Ends, c.Rollover = "", "", "", "" // they belong to the length they were written for
	}
	c.Calendar = or(over.Calendar, c.Calendar)
	c.CountFrom = or(over.CountFrom, c.CountFrom)
	c.Ends = or(over.Ends, c.Ends)
	c.Rollover = or(over.Rollover, c.Rollover)
	if over.Warn != nil {
		c.Warn = over.Warn
	}
	if over.Remind != nil {
		c.Remind = over.Remind
	}
	return c
}

// inFileOrder sorts clocks by where the lowest layer has them, because a map has forgotten it and a reader has not.
func (b *builder) inFileOrder(shapes map[string]clockShape) []string {
	base := b.layers[len(b.layers)-1].doc
	names := slices.Sorted(maps.Keys(shapes))
	slices.SortStableFunc(names, func(x, y string) int {
		lx, _ := base.Line(place{"clocks", x})
		ly, _ := base.Line(place{"clocks", y})
		return lx - ly
	})
	return names
}

func (b *builder) clock(doc *document, at place, id string, c clockShape) {
	if !slices.Contains(Clocks, id) {
		b.fault(doc, place{"clocks", name(id)}, "clock %s is not one a story starts; check its spelling", id)
		return
	}
	h := b.rule(doc, at, c.Head, "clock "+id, b.clockValue(c))
	switch {
	case c.After == "" && c.ByPriority == nil:
		b.fault(doc, at, "after is needed: how long clock %s runs", id)
		return
	case c.After != "" && c.ByPriority != nil:
		b.fault(doc, at.Then("by_priority"), "a clock has after or by_priority, not both")
		return
	case c.ByPriority != nil && c.Scaled:
		b.fault(doc, at.Then("scaled"), "a clock with a time per priority is not scaled as well")
		return
	case h.Basis == "law" && c.Scaled:
		b.fault(doc, at.Then("scaled"), "the law knows no priorities; a statutory clock is never scaled")
		return
	case h.Basis == "law" && c.Trigger == "":
		b.fault(doc, at, "trigger is needed: the event that starts a statutory clock")
		return
	}
	made := clock{}
	for _, priority := range priorities {
		spec := schemas.ClockSpec{Rule: h.Rule, Basis: h.Basis, Trigger: c.Trigger}
		var ok bool
		if spec, ok = b.spec(doc, at, id, c, priority, spec); !ok {
			return // one priority tells the mistake of all four
		}
		made[priority] = spec
	}
	b.policy.clocks[id] = made
	b.lengths = append(b.lengths, length{doc: doc, at: at.Then("after"), of: id, longest: longest(made)})
}

// longest is the time a clock has at the priority that gives it most.
func longest(c clock) time.Duration {
	var most time.Duration
	for _, spec := range c {
		most = max(most, spec.After.D())
	}
	return most
}

func (b *builder) spec(doc *document, at place, id string, c clockShape, priority schemas.Priority, spec schemas.ClockSpec) (schemas.ClockSpec, bool) {
	written, where := c.After, at.Then("after")
	if c.ByPriority != nil {
		written, where = c.ByPriority[string(priority)], at.Then("by_priority", string(priority))
		if written == "" {
			b.fault(doc, at.Then("by_priority"), "by_priority needs a time for %s", priority)
			return spec, false
		}
		for other := range c.ByPriority {
			if !slices.Contains(priorities, schemas.Priority(other)) {
				b.fault(doc, at.Then("by_priority", name(other)), "%q is not a priority; use P0, P1, P2 or P3", other)
				return spec, false
			}
		}
	}
	factor := 1
	if f := b.policy.scale[priority]; c.Scaled && f > 1 {
		factor = f
	}
	after, ok := b.after(doc, at, where, id, c, written, factor, &spec)
	if !ok {
		return spec, false
	}
	if spec.Warn, ok = b.points(doc, at.Then("warn"), c, c.Warn, after, factor); !ok {
		return spec, false
	}
	spec.Remind, ok = b.points(doc, at.Then("remind"), c, c.Remind, after, factor)
	return spec, ok
}

// after reads how long a clock runs: a time that simply passes, or one that a calendar counts.
func (b *builder) after(doc *document, at, where place, id string, c clockShape, written string, factor int, spec *schemas.ClockSpec) (time.Duration, bool) {
	if !isCounted(written) {
		after, err := duration(written)
		if err != nil {
			b.fault(doc, where, "%v", err)
			return 0, false
		}
		if s := (termShape{calendar: c.Calendar, countFrom: c.CountFrom, ends: c.Ends, rollover: c.Rollover}); s.calendar != "" || !s.plain() {
			b.fault(doc, where, "%s simply passes and needs no calendar; write 7 calendar_day or 16 business_hour to count days or open hours", written)
			return 0, false
		}
		spec.After = schemas.Duration(after * time.Duration(factor))
		return after, true
	}
	s, _ := subject(id)
	term, ok := b.term(doc, at, "after", termShape{
		text: written, calendar: or(c.Calendar, b.defaultsOf(doc).Calendar), countFrom: c.CountFrom, ends: c.Ends, rollover: c.Rollover, right: s.Right,
	})
	if !ok {
		return 0, false
	}
	after := usual(term)
	if after == 0 {
		b.fault(doc, where, "%q is too short; a clock runs for at least one second", written)
		return 0, false
	}
	term.Amount *= factor
	spec.After = schemas.Duration(after * time.Duration(factor))
	spec.Layers = []schemas.ClockLayer{{Rule: spec.Rule, Basis: spec.Basis, Term: &term}}
	return after, true
}

// points reads warnings and reminders: inside the clock, each later than the one before.
func (b *builder) points(doc *document, at place, c clockShape, written []string, after time.Duration, factor int) ([]schemas.Duration, bool) {
	var points []schemas.Duration
	var last time.Duration
	for i, w := range written {
		if isCounted(c.After) && !strings.HasPrefix(w, "-") {
			b.fault(doc, at.Then(i), "a clock that a calendar counts has its points before its end; write -4h instead of %s", w)
			return nil, false
		}
		point, err := moment(w, after)
		if err != nil {
			b.fault(doc, at.Then(i), "%v", err)
			return nil, false
		}
		if point >= after {
			b.fault(doc, at.Then(i), "%s is not before the end of the clock, %s", w, text(after))
			return nil, false
		}
		if point <= last {
			b.fault(doc, at.Then(i), "%s is not after the point before it", w)
			return nil, false
		}
		last = point
		points = append(points, schemas.Duration(point*time.Duration(factor)))
	}
	return points, true
}

// moment reads a point of a clock: a duration since its start, a share of its whole time, or a duration before its end.
func moment(written string, after time.Duration) (time.Duration, error) {
	if before, ok := strings.CutPrefix(written, "-"); ok {
		d, err := duration(before)
		if err == nil && d >= after {
			err = fmt.Errorf("%s is before the start of the clock, which runs for %s", written, text(after))
		}
		return after - d, err
	}
	percent, ok := strings.CutSuffix(written, "%")
	if !ok {
		return duration(written)
	}
	n, err := strconv.Atoi(percent)
	if err != nil || n < 1 || n > 99 {
		return 0, fmt.Errorf("%q is not a share of the clock; write 1%% to 99%%", written)
	}
	return after * time.Duration(n) / 100, nil
}

// duration reads a duration of at least a second.
func duration(written string) (time.Duration, error) {
	days, isDays := strings.CutSuffix(written, "d")
	if n, err := strconv.Atoi(days); isDays && err == nil && n > int(horizon/(24*time.Hour)) {
		return 0, fmt.Errorf("%q is longer than ten years", written) // before the multiplication overflows
	}
	var d schemas.Duration
	if err := d.UnmarshalText([]byte(written)); err != nil {
		return 0, err
	}
	switch {
	case d.D() < time.Second:
		return 0, fmt.Errorf("%q is too short; a clock runs for at least one second", written)
	case d.D() > horizon:
		return 0, fmt.Errorf("%q is longer than ten years", written)
	}
	return d.D(), nil
}

// clockValue writes a clock for docs/rules.md.
func (b *builder) clockValue(c clockShape) string {
	parts := []string{c.After}
	if c.ByPriority != nil {
		parts = nil
		for _, p := range priorities {
			parts = append(parts, fmt.Sprintf("%s %s", p, c.ByPriority[string(p)]))
		}
	}
	s := strings.Join(parts, ", ")
	if len(c.Warn) > 0 {
		s += "; warns at " + strings.Join(c.Warn, ", ")
	}
	if len(c.Remind) > 0 {
		s += "; reminds at " + strings.Join(c.Remind, ", ")
	}
	for _, p := range priorities {
		if factor := b.policy.scale[p]; c.Scaled && factor > 1 {
			s += fmt.Sprintf("; %s × %d", p, factor)
		}
	}
	if c.Trigger != "" {
		s += "; from " + c.Trigger
	}
	return s
}

func text(d time.Duration) string {
	b, _ := schemas.Duration(d).MarshalText() // never fails
	return string(b)
}
