package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// Difference is one thing in which two policies differ.
type Difference struct {
	What   string `json:"what"` // clock return.review, table eligibility, people, …
	Rule   string `json:"rule,omitempty"`
	Before string `json:"before,omitempty"` // empty: not there before
	After  string `json:"after,omitempty"`  // empty: not there any more
	Says   string `json:"says"`             // the difference as a sentence
	// Unversioned marks a rule whose content changed under the same version, so that a case's "rule and version" would mean two
	// things.
	Unversioned bool `json:"unversioned,omitempty"`
}

// Diff says what changes from one policy of a book to one of another, in the order of the second.
func Diff(from *Book, a string, to *Book, b string) ([]Difference, error) {
	p, q := from.policies[a], to.policies[b]
	if p == nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownPolicy, a)
	}
	if q == nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownPolicy, b)
	}
	differences := p.settingsAgainst(q)
	before := map[string]Rule{}
	for _, r := range p.rules {
		before[r.key()] = r
	}
	kept := map[string]bool{}
	for _, r := range q.rules {
		old, had := before[r.key()]
		kept[r.key()] = true
		switch {
		case !had:
			differences = append(differences, Difference{
				What: r.Name, Rule: r.name(), After: r.Value,
				Says: fmt.Sprintf("New: %s (%s): %s.", r.about(), r.name(), r.says()),
			})
		default:
			if d, differs := old.against(r); differs {
				differences = append(differences, d)
			}
		}
	}
	for _, r := range p.rules {
		if !kept[r.key()] {
			differences = append(differences, Difference{
				What: r.Name, Rule: r.name(), Before: r.Value,
				Says: fmt.Sprintf("Gone: %s (%s): %s.", r.about(), r.name(), r.says()),
			})
		}
	}
	return differences, nil
}

// key is what makes a rule the same one in both: a clock, a window and limits are known by their place, a row and a rule of law
// by their id.
func (r Rule) key() string {
	kind, _, _ := strings.Cut(r.Name, " ")
	switch kind {
	case "clock", "window", "limits", "survey", "notices", "history":
		return r.Name
	}
	return kind + " " + r.ID
}

func (r Rule) name() string { return r.ID + "@" + r.Version }

// about is what a rule is about, in words.
func (r Rule) about() string {
	kind, what, _ := strings.Cut(r.Name, " ")
	switch kind {
	case "clock":
		if s, ok := subject(what); ok {
			return s.En
		}
	case "window":
		if s, ok := subject("window." + what); ok {
			return s.En
		}
	case "limits":
		return "what people may decide alone in " + what
	case "survey", "notices", "history", "rule":
		return r.What
	}
	return "table " + kind + ", " + r.What
}

func (r Rule) says() string {
	if r.Condition != "" {
		return r.Value + ", when " + r.Condition
	}
	return r.Value
}

// against is the difference between a rule before and after.
func (r Rule) against(after Rule) (Difference, bool) {
	d := Difference{What: after.Name, Rule: after.name(), Before: r.says(), After: after.says()}
	var parts []string
	if r.says() != after.says() {
		parts = append(parts, fmt.Sprintf("%s becomes %s", r.says(), after.says()))
	}
	for _, field := range []struct{ name, before, after string }{
		{"where it holds", r.Where, after.Where},
		{"when it holds", r.Effective, after.Effective},
		{"what it rests on", r.Basis, after.Basis},
		{"its source", r.Source, after.Source},
		{"how sure we are", r.Confidence, after.Confidence},
		{"the day it was verified", r.VerifiedOn, after.VerifiedOn},
	} {
		if field.before != field.after {
			parts = append(parts, fmt.Sprintf("%s: %s becomes %s", field.name, orNothing(field.before), orNothing(field.after)))
		}
	}
	if r.name() != after.name() {
		parts = append(parts, fmt.Sprintf("rule %s instead of %s", after.name(), r.name()))
	}
	if len(parts) == 0 {
		return d, false
	}
	d.Unversioned = r.name() == after.name() && r.says() != after.says()
	d.Says = fmt.Sprintf("Changed: %s (%s): %s.", after.about(), after.name(), strings.Join(parts, "; "))
	if d.Unversioned {
		d.Says += " The version is the same: give the rule a new one."
	}
	return d, true
}

func orNothing(s string) string { return or(s, "nothing") }

// settingsAgainst compares what is no rule: zone, packs, people, the ladder.
func (p *policy) settingsAgainst(q *policy) []Difference {
	var differences []Difference
	for _, s := range []struct{ name, before, after string }{
		{"zone", p.zone.String(), q.zone.String()},
		{"jurisdiction", p.jurisdiction, q.jurisdiction},
		{"offers per line", fmt.Sprint(p.maxRounds), fmt.Sprint(q.maxRounds)},
		{"last rung", string(p.lastRung), string(q.lastRung)},
		{"only for a dev stack", fmt.Sprint(p.devOnly), fmt.Sprint(q.devOnly)},
		{"ladder", ladderText(p.ladder), ladderText(q.ladder)},
	} {
		if s.before != s.after {
			differences = append(differences, Difference{
				What: s.name, Before: s.before, After: s.after,
				Says: fmt.Sprintf("Changed: %s: %s becomes %s.", s.name, orNothing(s.before), orNothing(s.after)),
			})
		}
	}
	for _, role := range schemas.Roles {
		before, after := peopleText(p.people[role]), peopleText(q.people[role])
		if before != after {
			differences = append(differences, Difference{
				What: "people " + string(role), Before: before, After: after,
				Says: fmt.Sprintf("Changed: the people with the role %s: %s becomes %s.", role, orNothing(before), orNothing(after)),
			})
		}
	}
	return differences
}

func ladderText(rungs []schemas.Rung) string {
	var parts []string
	for _, r := range rungs {
		parts = append(parts, fmt.Sprintf("level %d %s", r.Level, r.Role))
	}
	return strings.Join(parts, ", ")
}

func peopleText(members []schemas.Person) string {
	var parts []string
	for _, m := range members {
		s := m.ID
		if m.Deputy != "" {
			s += " (deputy " + m.Deputy + ")"
		}
		parts = append(parts, s)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
