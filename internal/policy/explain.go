package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Explanation says why a clock or a right ends when it does: by which rule of which layer, from which event, what was passed
// over, every pause, and what the other layers would have made of it.
type Explanation struct {
	Subject     string               `json:"subject"` // return.review, law.refund, window.no_reason
	Right       bool                 `json:"right"`
	Trigger     string               `json:"trigger"`
	From        time.Time            `json:"from"`
	Due         time.Time            `json:"due"`
	Zone        string               `json:"zone"` // in which the sentences tell times
	Provisional bool                 `json:"provisional"`
	Layers      []LayerExplanation   `json:"layers"` // the one that counts is first
	Pauses      []schemas.ClockPause `json:"pauses"`
}

// LayerExplanation is one layer's part of it.
type LayerExplanation struct {
	schemas.LayerDue
	Counts     bool   `json:"counts"`
	What       string `json:"what,omitempty"`
	Source     string `json:"source,omitempty"`
	VerifiedOn string `json:"verified_on,omitempty"`
	Confidence string `json:"confidence,omitempty"`
	Calendar   string `json:"calendar,omitempty"` // with its version
	Length     string `json:"length"`             // 7 calendar_day, 20h
}

// ExplainClock explains a clock of a case from what the case itself keeps. The book adds where the rules come from, as far as
// it still has the policy in that version.
func (b *Book) ExplainClock(policy string, c schemas.Clock, calendars map[string]schemas.Horizon, zone *time.Location) Explanation {
	e := Explanation{
		Subject: c.Name, Trigger: c.Trigger, From: c.StartedAt.UTC(), Due: c.Due.UTC(), Provisional: c.Provisional,
		Pauses: append([]schemas.ClockPause{}, c.Pauses...), Zone: zoneName(zone),
	}
	s, _ := subject(c.Name)
	e.Right = s.Right
	layers := c.Layers
	if len(layers) == 0 {
		layers = []schemas.LayerDue{{Rule: c.Rule, Basis: c.Spec.Basis, Due: c.Due, Nominal: c.Due, Provisional: c.Provisional}}
	}
	for _, l := range layers {
		x := LayerExplanation{LayerDue: l, Counts: l.Rule == c.Rule, Length: lengthOf(l, c.Spec)}
		if r, ok := b.ruleNamed(policy, l.Rule); ok {
			x.What, x.Source, x.VerifiedOn, x.Confidence = r.What, r.Source, r.VerifiedOn, r.Confidence
			if strings.HasPrefix(r.Name, "window ") {
				x.Length = r.Value // the days of a window, and not the hours they come to
			}
		}
		if l.Term != nil {
			if h, ok := calendars[l.Term.Calendar]; ok {
				x.Calendar = h.Calendar + " " + h.Version
			} else {
				x.Calendar = l.Term.Calendar
			}
		}
		if x.Counts {
			e.Layers = append([]LayerExplanation{x}, e.Layers...)
			continue
		}
		e.Layers = append(e.Layers, x)
	}
	return e
}

// Explain says when a clock would end that starts at an instant, or a window that opens then, for a request of these facts.
// Platform is the end that the platform itself has named, if any; it replaces the platform's layer alone.
func (b *Book) Explain(name string, f Facts, of string, from time.Time, platform *time.Time) (Explanation, error) {
	s, ok := subject(of)
	if !ok {
		return Explanation{}, fmt.Errorf("%q is no clock and no window", of)
	}
	plan, _, err := b.Plan(name, f)
	p := b.policies[name]
	if errors.Is(err, ErrNoStory) { // the law speaks of kinds that have no story yet
		plan, err = p.lawAlone(f)
	}
	if err != nil {
		return Explanation{}, err
	}
	spec, has := plan.Clocks[of]
	if window, is := strings.CutPrefix(of, "window."); is {
		if spec, has, err = p.windowSpec(f, window); err != nil {
			return Explanation{}, err
		}
		plan.Calendars = p.almanac(map[string]schemas.ClockSpec{of: spec}, from)
	}
	if !has {
		return Explanation{}, fmt.Errorf("no rule of policy %s gives %s a length for such a request", name, of)
	}
	dues := p.dues(spec, from, platform)
	c := schemas.Clock{
		Name: of, Rule: dues.Rule, Trigger: or(spec.Trigger, "its start"), StartedAt: from, Spec: spec, Due: dues.Due,
		Layers: dues.Layers, Provisional: dues.Provisional,
	}
	e := b.ExplainClock(name, c, plan.Calendars, p.zone)
	e.Right = s.Right
	return e, nil
}

// lawAlone is a plan of nothing but what the law and the platforms say.
func (p *policy) lawAlone(f Facts) (schemas.Plan, error) {
	plan := schemas.Plan{Clocks: map[string]schemas.ClockSpec{}}
	held, err := p.firing(p.askAll(f, Windows{}), f.At.In(p.zone).Format(time.DateOnly))
	layered(plan.Clocks, held)
	plan.Calendars = p.almanac(plan.Clocks, f.At)
	return plan, err
}

// dues reckons with the live calendars, which reach further than those of a plan.
func (p *policy) dues(spec schemas.ClockSpec, from time.Time, platform *time.Time) schemas.Dues {
	return schemas.Reckon(spec, from, platform, func(id string) schemas.Days {
		if c, ok := p.calendars.Get(id); ok {
			return c
		}
		return nil
	})
}

// windowSpec is the window of a right as if it were a clock: the policy's own days, and what the law gives.
func (p *policy) windowSpec(f Facts, right string) (schemas.ClockSpec, bool, error) {
	spec := schemas.ClockSpec{Trigger: "parcel.delivered", Latest: true}
	if s := p.stories[f.Kind]; s != nil {
		days, rule := s.windows.days(right), ""
		for _, r := range p.rules {
			if r.Name == "window "+right {
				rule, spec.Basis = r.name(), r.Basis
			}
		}
		if rule != "" {
			end := endOfDay(f.DeliveredAt.In(p.zone), days)
			spec.Rule, spec.After = rule, schemas.Duration(end.Sub(f.DeliveredAt))
			spec.Layers = []schemas.ClockLayer{{Rule: rule, Basis: spec.Basis, After: spec.After}}
		}
	}
	held, err := p.firing(p.askAll(f, Windows{}), f.At.In(p.zone).Format(time.DateOnly))
	if err != nil {
		return spec, false, err
	}
	for _, r := range held {
		if r.term != nil && r.subject.Name == "window."+right {
			term := *r.term
			spec.Layers = append(spec.Layers, schemas.ClockLayer{Rule: r.name, Basis: r.Basis, Term: &term})
		}
	}
	return spec, len(spec.Layers) > 0, nil
}

func (w Windows) days(right string) int {
	if right == "fault" {
		return w.Fault
	}
	return w.NoReason
}

// endOfDay is the end of the n-th day after the day of a local time.
func endOfDay(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+n+1, 0, 0, 0, 0, t.Location())
}

// ruleNamed finds a rule of a policy by its id with version.
func (b *Book) ruleNamed(policy, rule string) (Rule, bool) {
	p := b.policies[policy]
	if p == nil {
		return Rule{}, false
	}
	for _, r := range p.rules {
		if r.name() == rule {
			return r, true
		}
	}
	return Rule{}, false
}

func lengthOf(l schemas.LayerDue, spec schemas.ClockSpec) string {
	switch {
	case l.Platform:
		return ""
	case l.Term != nil:
		return termText(*l.Term)
	}
	for _, layer := range spec.Layers {
		if layer.Rule == l.Rule {
			return text(layer.After.D())
		}
	}
	return text(spec.After.D())
}

func zoneName(zone *time.Location) string {
	if zone == nil {
		return "UTC"
	}
	return zone.String()
}
