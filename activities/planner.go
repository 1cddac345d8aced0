package activities

import (
	"errors"
	"fmt"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// PlanFacts are what the rules are asked about: one request, and what intake found out about its order.
type PlanFacts = policy.Facts

// Planner answers what the rules say of a request, and a verdict for each of its lines in their order. A policy that does not
// exist, or that has no answer for this kind or currency, is a *schemas.Refusal; any other error is a fault of the policy.
type Planner interface {
	Plan(name string, facts PlanFacts) (schemas.Plan, []schemas.Verdict, error)
}

// Policies are the book in force, which may be another one at the next request.
type Policies interface{ Book() *policy.Book }

// PolicyPlanner asks the policies in force. Policies that are meant for a dev stack are known on one only.
func PolicyPlanner(p Policies, devStack bool) Planner { return policyPlanner{p, devStack} }

type policyPlanner struct {
	policies Policies
	devStack bool
}

func (p policyPlanner) Plan(name string, facts PlanFacts) (schemas.Plan, []schemas.Verdict, error) {
	book := p.policies.Book()
	if book.Has(name) && book.DevOnly(name) && !p.devStack {
		return schemas.Plan{}, nil, &schemas.Refusal{Code: schemas.CodeUnknownPolicy, Field: "policy", Message: fmt.Sprintf("the policy %q is for a dev stack only.", name)}
	}
	plan, verdicts, err := book.Plan(name, facts)
	switch {
	case errors.Is(err, policy.ErrUnknownPolicy):
		err = &schemas.Refusal{Code: schemas.CodeUnknownPolicy, Field: "policy", Message: fmt.Sprintf("there is no policy %.64q here; leave it out for the default one.", name)}
	case errors.Is(err, policy.ErrNoLimits):
		err = &schemas.Refusal{Code: schemas.CodeOtherCurrency, Message: fmt.Sprintf("the policy %q has no limits for %s, the order's currency.", name, facts.Currency)}
	case errors.Is(err, policy.ErrNoStory):
		err = &schemas.Refusal{Code: schemas.CodeUnsupported, Field: "kind", Message: fmt.Sprintf("the policy %q has no rules for a %s.", name, facts.Kind)}
	}
	return plan, verdicts, err
}
