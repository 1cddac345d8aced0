package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
	if f.Currency == "" {
		f.Currency = p.usual
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
	today := f.At.In(p.zone).Format(time.DateOnly)
	whole := p.askAll(f, s.windows)
	held, err := p.firing(whole, today)
	if err != nil {
		return schemas.Plan{}, nil, fmt.Errorf("policy %s: %w", name, err)
	}
	if _, err := p.rights(f, &whole, held); err != nil {
		return schemas.Plan{}, nil, fmt.Errorf("policy %s: %w", name, err)
	}
	priority, err := s.urgency(whole)
	if err != nil {
		return schemas.Plan{}, nil, fmt.Errorf("policy %s, priority: %w", name, err)
	}
	verdicts := make([]schemas.Verdict, len(f.Lines))
	for i, l := range f.Lines {
		if verdicts[i], err = p.verdict(s, f, l, today); err != nil {
			return schemas.Plan{}, nil, fmt.Errorf("policy %s, line %s: %w", name, l.LineID, err)
		}
	}
	plan := p.plan(priority, limits)
	if plan.Suspicion, err = p.suspicion(s, whole); err != nil {
		return schemas.Plan{}, nil, fmt.Errorf("policy %s: %w", name, err)
	}
	layered(plan.Clocks, held)
	plan.Calendars = p.almanac(plan.Clocks, f.from())
	return plan, verdicts, nil
}

// plan copies what a case keeps. A plan belongs to its case alone: nobody who changes one changes the book.
func (p *policy) plan(priority schemas.Priority, l limits) schemas.Plan {
	plan := schemas.Plan{
		Policy: p.name, Version: p.version, Currency: l.large.Currency, Priority: priority,
		Clocks:   make(map[string]schemas.ClockSpec, len(p.clocks)),
		Limits:   schemas.Limits{LargeRefund: l.large, Goodwill: maps.Clone(l.goodwill)},
		People:   make(map[schemas.Role][]schemas.Person, len(p.people)),
		Ladder:   slices.Clone(p.ladder),
		LastRung: p.lastRung, Survey: p.survey, MaxRounds: p.maxRounds, Quiet: p.quiet,
	}
	for name, c := range p.clocks {
		spec := c[priority]
		spec.Warn, spec.Remind, spec.Layers = slices.Clone(spec.Warn), slices.Clone(spec.Remind), slices.Clone(spec.Layers)
		plan.Clocks[name] = spec
	}
	for role, members := range p.people {
		plan.People[role] = slices.Clone(members)
	}
	return plan
}

// urgency is the priority of a case. The green channel raises it by one, to P1 at most.
func (s *story) urgency(q Question) (schemas.Priority, error) {
	row, err := s.priority.decide(q)
	if err != nil {
		return "", err
	}
	green, err := s.green.decide(q)
	if err != nil {
		return "", err
	}
	raised := map[schemas.Priority]schemas.Priority{schemas.P3: schemas.P2, schemas.P2: schemas.P1}
	if up, can := raised[row.then]; green.then && can {
		return up, nil
	}
	return row.then, nil
}

// verdict asks every rule and every table about one line.
func (p *policy) verdict(s *story, f Facts, l schemas.Line, today string) (schemas.Verdict, error) {
	q := p.ask(f, l, s.windows)
	held, err := p.firing(q, today)
	if err != nil {
		return schemas.Verdict{}, err
	}
	law, err := p.rights(f, &q, held)
	if err != nil {
		return schemas.Verdict{}, err
	}
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
	approval, err := s.approval.decide(q)
	if err != nil {
		return schemas.Verdict{}, err
	}
	v := eligible.then
	v.Rule = eligible.rule
	v.Freight = freight.then
	if law.merchantPays {
		v.Freight = schemas.TurnMerchant // no table takes from the customer what a law gives
	}
	v.Evidence = slices.Clone(evidence.then)
	v.Rules = law.names
	if approval.then {
		v.Second = approval.rule
	}
	// No table can decide at once what somebody asked a person to look at, what is not owed, what lacks evidence, or what a law
	// wants a person for.
	v.Auto = auto.then && v.Owed && v.Proposal == schemas.ProposeApprove && len(v.Evidence) == 0 && !q.AtReview && !slices.Contains(law.forbidden, "auto")
	v.Deduction, err = s.deductions(q)
	return v, err
}

// deductions asks the table of deductions about every grade, because the grade is known only when the goods are looked at.
func (s *story) deductions(q Question) (map[schemas.Grade]int64, error) {
	var shares map[schemas.Grade]int64
	for _, grade := range schemas.Grades {
		q.Grade = string(grade)
		row, err := s.deduction.decide(q)
		if err != nil {
			return nil, err
		}
		if row.then == 0 {
			continue
		}
		if shares == nil {
			shares = map[schemas.Grade]int64{}
		}
		shares[grade] = row.then
	}
	return shares, nil
}

// People are those who work by a policy, by role; by the default policy's where there is no such one.
func (b *Book) People(name string) map[schemas.Role][]schemas.Person {
	p := b.policies[name]
	if p == nil {
		p = b.policies["default"]
	}
	if p == nil {
		return nil
	}
	return p.people
}

// Rules lists the rules of a policy in the order of its file.
func (b *Book) Rules(name string) []Rule {
	p := b.policies[name]
	if p == nil {
		return nil
	}
	return slices.Clone(p.rules)
}
