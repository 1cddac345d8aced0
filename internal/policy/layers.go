package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Three layers say how long something takes: the law, the platform, and the policy, which is the merchant's own choice. Of a
// duty the earliest due counts, of a right the latest end, and no policy goes below a floor of the law.

// length is how long a policy itself makes something, and where it says so.
type length struct {
	doc     *document
	at      place
	of      string
	longest time.Duration
}

// floors refuses a policy that is worse for the customer than a rule allows which the policy itself has taken in. Terms of
// unlike units are compared by their usual length, and of days that are counted to their end a whole one more is allowed.
func (b *builder) floors() {
	for _, r := range b.policy.laws {
		if !r.Floor || r.term == nil {
			continue
		}
		least, most := usual(*r.term), usual(*r.term)
		if r.term.Unit != schemas.ElapsedHour && r.term.Unit != schemas.BusinessHour {
			most += 24 * time.Hour
		}
		for _, l := range b.lengths {
			switch {
			case l.of != r.subject.Name:
			case r.subject.Right && l.longest < least:
				b.fault(l.doc, l.at, "%s is less than the law grants for %s: %s (%s, %s)", text(l.longest), r.subject.En, termText(*r.term), r.name, r.Source)
			case !r.subject.Right && l.longest > most:
				b.fault(l.doc, l.at, "%s is longer than the law allows for %s: %s (%s, %s)", text(l.longest), r.subject.En, termText(*r.term), r.name, r.Source)
			}
		}
	}
}

// rights answers which windows are open for a line, by whatever layer gives the customer the longest, and what else rules say.
func (p *policy) rights(f Facts, q *Question, held []*rule) (lineRules, error) {
	q.Open = Rights{NoReason: q.Delivered && q.Days <= q.Window.NoReason, Fault: q.Delivered && q.Days <= q.Window.Fault}
	var found lineRules
	for _, r := range held {
		if r.term != nil && strings.HasPrefix(r.subject.Name, "window.") {
			open, err := p.within(f, r)
			if err != nil {
				return found, err
			}
			if open {
				switch r.subject.Name {
				case "window.no_reason":
					q.Open.NoReason = true
				case "window.fault":
					q.Open.Fault = true
				}
			} else if r.then.windowBounds {
				continue
			}
		}
		found.take(r)
	}
	q.Excluded, q.Presumed = found.excluded, found.presumed
	q.Open.NoReason = q.Open.NoReason && !slices.Contains(found.excluded, "no_reason")
	q.Open.Fault = q.Open.Fault && !slices.Contains(found.excluded, "fault")
	return found, nil
}

// within reports whether a request falls into the window that a rule gives.
func (p *policy) within(f Facts, r *rule) (bool, error) {
	if f.DeliveredAt.IsZero() {
		return false, nil
	}
	due, err := p.reckon(*r.term, f.DeliveredAt)
	return err == nil && f.At.Before(due.Due), err
}

func (p *policy) reckon(t schemas.Term, at time.Time) (schemas.Reckoning, error) {
	days, _ := p.calendars.Get(t.Calendar) // Load has seen to it that there is one
	if days == nil {
		return t.From(nil, at)
	}
	return t.From(days, at)
}

// lineRules are what rules of law and of platforms say of one line beside time.
type lineRules struct {
	names              []string
	excluded, presumed []string
	forbidden          []string
	merchantPays       bool
}

func (l *lineRules) take(r *rule) {
	if r.then.empty() {
		return
	}
	l.names = append(l.names, r.name)
	l.excluded = append(l.excluded, r.then.Excludes...)
	l.presumed = append(l.presumed, r.then.Presumes...)
	l.forbidden = append(l.forbidden, r.then.Forbids...)
	l.merchantPays = l.merchantPays || r.then.Freight == schemas.TurnMerchant
}

// layered lays what the law and the platforms say over the policy's own clocks. A clock that only the law knows has no layer
// of the policy's; and what the policy says in the law's place holds only where no law is known.
func layered(clocks map[string]schemas.ClockSpec, held []*rule) {
	lawful := map[string]bool{}
	for _, r := range held {
		if r.term != nil && r.Basis == "law" {
			lawful[r.subject.Name] = true
		}
	}
	for _, r := range held {
		if r.term == nil || strings.HasPrefix(r.subject.Name, "window.") {
			continue
		}
		spec, own := clocks[r.subject.Name]
		standsIn := spec.Basis == "law" && lawful[r.subject.Name]
		if own && len(spec.Layers) == 0 && !standsIn {
			spec.Layers = []schemas.ClockLayer{{Rule: spec.Rule, Basis: spec.Basis, After: spec.After}}
		}
		if !own {
			spec = schemas.ClockSpec{Rule: r.name, Basis: r.Basis, Trigger: r.trigger, After: schemas.Duration(usual(*r.term)), Warn: lawWarnings(usual(*r.term))}
		}
		term := *r.term
		spec.Layers = append(spec.Layers, schemas.ClockLayer{Rule: r.name, Basis: r.Basis, Term: &term})
		spec.Latest = r.subject.Right
		clocks[r.subject.Name] = spec
	}
}

// lawWarnings warn of a statutory duty 72, 24 and 4 hours before it ends.
func lawWarnings(after time.Duration) []schemas.Duration {
	var points []schemas.Duration
	for _, before := range []time.Duration{72 * time.Hour, 24 * time.Hour, 4 * time.Hour} {
		if before < after {
			points = append(points, schemas.Duration(after-before))
		}
	}
	return points
}

// horizonDays is how far the calendars of a plan reach: as long as almost every case lives. What is due later is reckoned by
// its usual length and marked provisional.
const horizonDays = 90

// almanac gives a plan the days of every calendar its clocks count with.
func (p *policy) almanac(clocks map[string]schemas.ClockSpec, at time.Time) map[string]schemas.Horizon {
	var needed map[string]schemas.Horizon
	for _, spec := range clocks {
		for _, l := range spec.Layers {
			if l.Term == nil || l.Term.Calendar == "" {
				continue
			}
			if _, has := needed[l.Term.Calendar]; has {
				continue
			}
			if c, ok := p.calendars.Get(l.Term.Calendar); ok {
				if needed == nil {
					needed = map[string]schemas.Horizon{}
				}
				needed[l.Term.Calendar] = c.Over(at, horizonDays)
			}
		}
	}
	return needed
}
