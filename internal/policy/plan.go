package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// What Plan can be asked in vain. Everything else that goes wrong is a fault of the policy itself.
var (
	ErrUnknownPolicy = errors.New("unknown policy")
	ErrNoLimits      = errors.New("the policy has no limits for this currency")
	ErrNoStory       = errors.New("the policy has no rules for this kind of case")
)

// Plan answers everything the rules decide for one request, and a verdict for each of its lines, in their order.
func (b *Book) Plan(name string, f Facts) (schemas.Plan, []schemas.Verdict, error) {
	p := b.policies[name]
	if p == nil {
		return schemas.Plan{}, nil, fmt.Errorf("%w: %q; known here are %s", ErrUnknownPolicy, name, strings.Join(b.names, ", "))
	}
	limits, ok := p.limits[f.Currency]
	if !ok {
		known := slices.Sorted(maps.Keys(p.limits))
		return schemas.Plan{}, nil, fmt.Errorf("%w: %q; policy %s has limits for %s", ErrNoLimits, f.Currency, name, strings.Join(known, ", "))
	}
	s := p.stories[f.Kind]
	if s == nil {
		return schemas.Plan{}, nil, fmt.Errorf("%w: %q", ErrNoStory, f.Kind)
	}
	priority, err := s.priority.decide(p.askAll(f, s.windows))
	if err != nil {
		return schemas.Plan{}, nil, fmt.Errorf("policy %s, priority: %w", name, err)
	}
	verdicts := make([]schemas.Verdict, len(f.Lines))
	for i, l := range f.Lines {
		if verdicts[i], err = s.verdict(p.ask(f, l, s.windows)); err != nil {
			return schemas.Plan{}, nil, fmt.Errorf("policy %s, line %s: %w", name, l.LineID, err)
		}
	}
	return p.plan(priority.then, limits), verdicts, nil
}

// plan copies what a case keeps. A plan belongs to its case alone: nobody who changes one changes the book.
func (p *policy) plan(priority schemas.Priority, l limits) schemas.Plan {
	plan := schemas.Plan{
		Policy: p.name, Version: p.version, Currency: l.large.Currency, Priority: priority,
		Clocks:   make(map[string]schemas.ClockSpec, len(p.clocks)),
		Limits:   schemas.Limits{LargeRefund: l.large, Goodwill: maps.Clone(l.goodwill)},
		People:   make(map[schemas.Role][]schemas.Person, len(p.people)),
		Ladder:   slices.Clone(p.ladder),
		LastRung: p.lastRung, Survey: p.survey, MaxRounds: p.maxRounds,
	}
	for name, c := range p.clocks {
		spec := c[priority]
		spec.Warn, spec.Remind = slices.Clone(spec.Warn), slices.Clone(spec.Remind)
		plan.Clocks[name] = spec
	}
	for role, members := range p.people {
		plan.People[role] = slices.Clone(members)
	}
	return plan
}

// verdict asks every table about one line.
func (s *story) verdict(q Question) (schemas.Verdict, error) {
	eligible, err := s.eligibility.decide(q)
	if err != nil {
		return schemas.Verdict{}, err
	}
	freight, err := s.freight.decide(q)
	if err != nil {
		return schemas.Verdict{}, err
	}
	evidence, err := s.evidence.decide(q)
	if err != nil {
		return schemas.Verdict{}, err
	}
	auto, err := s.auto.decide(q)
	if err != nil {
		return schemas.Verdict{}, err
	}
	v := eligible.then
	v.Rule = eligible.rule
	v.Freight = freight.then
	v.Evidence = slices.Clone(evidence.then)
	// No table can decide at once what somebody asked a person to look at, what is not owed, or what lacks evidence.
	v.Auto = auto.then && v.Owed && v.Proposal == schemas.ProposeApprove && len(v.Evidence) == 0 && !q.AtReview
	return v, nil
}

// Rules lists the rules of a policy in the order of its file.
func (b *Book) Rules(name string) []Rule {
	p := b.policies[name]
	if p == nil {
		return nil
	}
	return slices.Clone(p.rules)
}
