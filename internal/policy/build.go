package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // a policy names a zone; a small machine or container may know none

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/schemas"
)

// builder turns the layers of one policy, and the packs beside it, into a policy. It goes on after a mistake, so that one run
// tells all of them.
type builder struct {
	layers    []layer
	packs     []layer
	calendars *calendar.Set
	policy    *policy
	seen      map[string]string // rule ids and the file each stands in; an id names one rule
	lengths   []length          // what the policy itself says, to be held against the floors of the law
	faults    []error
}

func (b *builder) build() (*policy, error) {
	b.general()
	b.clocks()
	for _, pack := range b.packs {
		b.pack(pack)
	}
	b.limits()
	b.people()
	b.survey()
	b.notices()
	b.history()
	b.stories()
	b.floors()
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
	p.jurisdiction = b.section(func(s fileShape) bool { return s.Jurisdiction != "" }).shape.Jurisdiction
	if p.jurisdiction != "" && !jurisdictionWord.MatchString(p.jurisdiction) {
		b.fault(b.section(func(s fileShape) bool { return s.Jurisdiction != "" }).doc, place{"jurisdiction"}, "jurisdiction: %q is not known; write CN, EU-DE, UK or the like", p.jurisdiction)
	}

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
	ruleID           = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*@[1-9][0-9]{0,3}$`)
	codeWord         = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	jurisdictionWord = regexp.MustCompile(`^[A-Z]{2}(-[A-Z]{2})?$`)

	bases       = []string{"law", "platform", "promise", "default"}
	confidences = []string{"statute", "official", "secondary", "unverified", "uncertain", "own"}
)

// Rule is a rule as docs/rules.md and `starter policy` show it.
type Rule struct {
	ID         string
	Version    string
	Name       string // of a clock, a table, a limit: where in the policy it stands
	What       string
	Value      string
	Condition  string // of a rule of law or a platform: where it holds, beside its jurisdiction
	Where      string // the jurisdiction or the platform
	Effective  string
	Basis      string
	Source     string
	VerifiedOn string
	Confidence string
	Floor      bool
	File       string
	Line       int
}

// Unverified reports whether nobody has confirmed the rule yet.
func (r Rule) Unverified() bool { return r.Confidence == "unverified" || r.Confidence == "uncertain" }

// rule checks what every rule has and fills in the file's defaults. The caller adds it to the list once its value is known.
func (b *builder) rule(doc *document, at place, h head, where, value string) head {
	checked, r, ok := b.check(doc, at, h)
	if ok {
		r.Name, r.Value = where, value
		b.policy.rules = append(b.policy.rules, r)
	}
	return checked
}

func (b *builder) check(doc *document, at place, h head) (head, Rule, bool) {
	if h.Rule == "" {
		b.fault(doc, at, "rule is needed: an id with its version, such as K-ACK@1")
		return h, Rule{}, false
	}
	if !ruleID.MatchString(h.Rule) {
		b.fault(doc, at.Then("rule"), "rule: %q is not an id with a version; write it as K-ACK@1", h.Rule)
		return h, Rule{}, false
	}
	id, version, _ := cutRule(h.Rule)
	if file, twice := b.seen[id]; twice {
		b.fault(doc, at.Then("rule"), "rule: %s stands %s; an id names one rule", id, cond(file == doc.File, "here a second time", "in "+file+" already"))
	}
	b.seen[id] = doc.File
	if h.What == "" {
		b.fault(doc, at, "what is needed: a few words that say what rule %s is about", h.Rule)
	}
	h = b.inherit(doc, h)
	if !slices.Contains(bases, h.Basis) {
		b.fault(doc, at.Then("basis"), "basis: %q is not known; use one of %v", h.Basis, bases)
	}
	if h.Source == "" {
		b.fault(doc, at, "source is needed, here or in defaults: where rule %s comes from", h.Rule)
	}
	if _, err := time.Parse(time.DateOnly, h.VerifiedOn); err != nil {
		b.fault(doc, at.Then("verified_on"), "verified_on: %q is not a date; write it as 2026-11-21", h.VerifiedOn)
	}
	if !slices.Contains(confidences, h.Confidence) {
		b.fault(doc, at.Then("confidence"), "confidence: %q is not known; use one of %v", h.Confidence, confidences)
	}
	line, _ := doc.Line(at)
	return h, Rule{
		ID: id, Version: version, What: h.What, Basis: h.Basis, Source: h.Source, VerifiedOn: h.VerifiedOn,
		Confidence: h.Confidence, File: doc.File, Line: line,
	}, true
}

// inherit fills in what a rule leaves to the defaults of its own file, or of the policy its file builds on.
func (b *builder) inherit(doc *document, h head) head {
	d := b.defaultsOf(doc)
	h.Basis = or(h.Basis, d.Basis)
	h.Source = or(h.Source, d.Source)
	h.VerifiedOn = or(h.VerifiedOn, d.VerifiedOn)
	h.Confidence = or(h.Confidence, d.Confidence)
	if h.Effective == nil {
		h.Effective = d.Effective
	}
	return h
}

func (b *builder) isPack(doc *document) bool {
	return slices.ContainsFunc(b.packs, func(l layer) bool { return l.doc == doc })
}

func (b *builder) defaultsOf(doc *document) provenance {
	for _, pack := range b.packs {
		if pack.doc == doc {
			if pack.shape.Defaults == nil {
				return provenance{}
			}
			return *pack.shape.Defaults
		}
	}
	own := slices.IndexFunc(b.layers, func(l layer) bool { return l.doc == doc })
	for _, l := range b.layers[max(0, own):] {
		if l.shape.Defaults != nil {
			return *l.shape.Defaults
		}
	}
	return provenance{}
}

func cond(yes bool, then, otherwise string) string {
	if yes {
		return then
	}
	return otherwise
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
