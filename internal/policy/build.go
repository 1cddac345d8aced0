package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // a policy names a zone; a small machine or container may know none

	"github.com/aftercare/aftercare/schemas"
)

// builder turns the layers of one policy into a policy. It goes on after a mistake, so that one run tells all of them.
type builder struct {
	layers []layer
	policy *policy
	seen   map[string]bool // rule ids; an id names one rule
	faults []error
}

func build(called, version string, layers []layer) (*policy, error) {
	b := &builder{layers: layers, seen: map[string]bool{}}
	b.policy = &policy{name: called, version: version, devOnly: layers[0].shape.DevOnly, stories: map[schemas.Kind]*story{}}
	b.general()
	b.clocks()
	b.limits()
	b.people()
	b.survey()
	b.stories()
	if err := errors.Join(b.faults...); err != nil {
		return nil, err
	}
	return b.policy, nil
}

func (b *builder) fault(doc *document, p place, format string, args ...any) {
	b.faults = append(b.faults, doc.Fault(p, format, args...))
}

// section finds the layer that has a top-level field; the one below where none has it, so that the mistake is told there.
func (b *builder) section(has func(fileShape) bool) layer {
	for _, l := range b.layers {
		if has(l.shape) {
			return l
		}
	}
	return b.layers[len(b.layers)-1]
}

// general reads what belongs to the policy as a whole.
func (b *builder) general() {
	p := b.policy
	l := b.section(func(s fileShape) bool { return s.Zone != "" })
	zone, err := time.LoadLocation(l.shape.Zone)
	switch {
	case l.shape.Zone == "" || l.shape.Zone == "Local":
		b.fault(l.doc, place{"zone"}, "zone: name a time zone, such as UTC or Asia/Shanghai")
	case err != nil:
		b.fault(l.doc, place{"zone"}, "zone: %q is not a time zone known here", l.shape.Zone)
	}
	p.zone = zone

	l = b.section(func(s fileShape) bool { return s.MaxRounds != nil })
	switch rounds := l.shape.MaxRounds; {
	case rounds == nil:
		b.fault(l.doc, place{"max_rounds"}, "max_rounds is needed: how many offers a line may have")
	case *rounds < 1 || *rounds > 10:
		b.fault(l.doc, place{"max_rounds"}, "max_rounds: %d is not possible; use 1 to 10", *rounds)
	default:
		p.maxRounds = *rounds
	}

	l = b.section(func(s fileShape) bool { return s.LastRung != "" })
	p.lastRung = schemas.LastRung(l.shape.LastRung)
	if p.lastRung != schemas.GrantOwed {
		b.fault(l.doc, place{"last_rung"}, "last_rung: %q is not known; use %s", l.shape.LastRung, schemas.GrantOwed)
	}

	l = b.section(func(s fileShape) bool { return s.Scale != nil })
	p.scale = map[schemas.Priority]int{}
	for priority, factor := range l.shape.Scale {
		switch {
		case !slices.Contains(priorities, schemas.Priority(priority)):
			b.fault(l.doc, place{"scale", name(priority)}, "scale: %q is not a priority; use P0, P1, P2 or P3", priority)
		case factor < 1 || factor > 10:
			b.fault(l.doc, place{"scale", priority}, "scale: %d is not possible; use 1 to 10", factor)
		}
		p.scale[schemas.Priority(priority)] = factor
	}
}

var priorities = []schemas.Priority{schemas.P0, schemas.P1, schemas.P2, schemas.P3}

var (
	ruleID   = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*@[1-9][0-9]{0,3}$`)
	codeWord = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

	bases       = []string{"law", "platform", "promise", "default"}
	confidences = []string{"statute", "official", "secondary", "own"}
)

// Rule is a rule as docs/rules.md shows it.
type Rule struct {
	ID         string
	Version    string
	Name       string // of a clock, a table, a limit: where in the policy it stands
	What       string
	Value      string
	Basis      string
	Source     string
	CheckedOn  string
	Confidence string
}

// rule checks what every rule has, fills in the file's defaults, and puts it on the list.
func (b *builder) rule(doc *document, at place, h head, where, value string) head {
	if h.Rule == "" {
		b.fault(doc, at, "rule is needed: an id with its version, such as K-ACK@1")
		return h
	}
	if !ruleID.MatchString(h.Rule) {
		b.fault(doc, at.Then("rule"), "rule: %q is not an id with a version; write it as K-ACK@1", h.Rule)
		return h
	}
	id, version, _ := cutRule(h.Rule)
	if b.seen[id] {
		b.fault(doc, at.Then("rule"), "rule: %s stands here a second time; an id names one rule", id)
	}
	b.seen[id] = true
	if h.What == "" {
		b.fault(doc, at, "what is needed: a few words that say what rule %s is about", h.Rule)
	}
	h = b.inherit(h)
	if !slices.Contains(bases, h.Basis) {
		b.fault(doc, at.Then("basis"), "basis: %q is not known; use one of %v", h.Basis, bases)
	}
	if h.Source == "" {
		b.fault(doc, at, "source is needed, here or in defaults: where rule %s comes from", h.Rule)
	}
	if _, err := time.Parse(time.DateOnly, h.CheckedOn); err != nil {
		b.fault(doc, at.Then("checked_on"), "checked_on: %q is not a date; write it as 2026-11-21", h.CheckedOn)
	}
	if !slices.Contains(confidences, h.Confidence) {
		b.fault(doc, at.Then("confidence"), "confidence: %q is not known; use one of %v", h.Confidence, confidences)
	}
	b.policy.rules = append(b.policy.rules, Rule{
		ID: id, Version: version, Name: where, What: h.What, Value: value,
		Basis: h.Basis, Source: h.Source, CheckedOn: h.CheckedOn, Confidence: h.Confidence,
	})
	return h
}

func (b *builder) inherit(h head) head {
	l := b.section(func(s fileShape) bool { return s.Defaults != nil })
	if l.shape.Defaults == nil {
		return h
	}
	h.Basis = or(h.Basis, l.shape.Defaults.Basis)
	h.Source = or(h.Source, l.shape.Defaults.Source)
	h.CheckedOn = or(h.CheckedOn, l.shape.Defaults.CheckedOn)
	h.Confidence = or(h.Confidence, l.shape.Defaults.Confidence)
	return h
}

func or(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

func cutRule(rule string) (id, version string, ok bool) {
	for i := len(rule) - 1; i >= 0; i-- {
		if rule[i] == '@' {
			return rule[:i], rule[i+1:], true
		}
	}
	return rule, "", false
}

// plural writes a number of days.
func plural(days int) string {
	if days == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", days)
}
