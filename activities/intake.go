package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Intake finds out everything a case must know before its first decision: from the shop what was bought, from the rules what
// the customer is owed, and from our own database what other cases hold.
type Intake struct {
	orders  provider.Orders
	planner Planner
	store   *store.Store
}

// NewIntake takes the shop's order system, the rules, and our database.
func NewIntake(o provider.Orders, p Planner, s *store.Store) *Intake {
	return &Intake{orders: o, planner: p, store: s}
}

// Take answers a request. What cannot be a request comes back with a refusal, and is no error: the case closes with it
// (ruling 2). A case that had ended before gets its old row and changes nothing.
//
// It is safe to run twice: the units, the owner and the answer of the first run are kept with the case and given again, and
// the rest is computed from the order, the policy and the customer's other requests.
func (a *Intake) Take(ctx context.Context, in schemas.IntakeOrder) (schemas.Intake, error) {
	ended, err := a.store.Ended(ctx, in.CaseID)
	if err != nil {
		return schemas.Intake{}, oursFailed("take in "+in.CaseID, err)
	}
	if ended != nil {
		return schemas.Intake{Closed: ended}, nil
	}
	if !schemas.ValidID(in.Policy) && in.Predecessor == nil {
		return schemas.Intake{Refusal: &schemas.Refusal{Code: schemas.CodeUnknownPolicy, Field: "policy", Message: "this is not the name of a policy; leave it out for the default one."}}, nil
	}
	if in, err = a.reopened(ctx, in); err != nil {
		return schemas.Intake{}, err
	}
	order, refusal, err := a.order(ctx, in)
	if refusal != nil || err != nil {
		return schemas.Intake{Refusal: refusal}, err
	}
	articles, err := a.store.Articles(ctx, in.Request.MerchantID, store.Wanted(in.Request))
	if err != nil {
		return schemas.Intake{}, oursFailed("look for the articles that "+in.CaseID+" wants", err)
	}
	again, err := a.store.Again(ctx, in, order)
	if err != nil {
		return schemas.Intake{}, oursFailed("look for what was replaced before of "+in.CaseID, err)
	}
	earlier, err := a.earlier(ctx, in)
	if err != nil {
		return schemas.Intake{}, oursFailed("look for the other requests of the customer of "+in.CaseID, err)
	}
	plan, verdicts, refusal, err := a.plan(in, order, articles, again, earlier)
	if refusal != nil && in.Predecessor != nil {
		plan, verdicts, refusal, err = a.planForPerson(in, order, articles, again, refusal)
	}
	if refusal != nil || err != nil {
		return schemas.Intake{Refusal: refusal, Currency: order.Currency}, err
	}
	if order.Currency == "" {
		order.Currency = plan.Currency
	}
	got, err := a.store.Accept(ctx, store.AcceptInput{Order: in, ShopOrder: order, Candidates: agents(plan), Articles: articles})
	if err != nil {
		return schemas.Intake{}, oursFailed("take in "+in.CaseID, err)
	}
	for i, l := range got.Lines {
		if got.Resumed != nil {
			break // what was found of its lines is known, and not judged anew
		}
		got.Lines[i].Verdict = verdicts[l.LineID]
		if l.Outcome == schemas.OutcomeNone && l.Code != "" {
			got.Lines[i].Verdict = beforeAPerson(verdicts[l.LineID], l.Code)
		}
	}
	answer := schemas.Intake{
		Refusal: got.Refusal, Closed: got.Closed, Currency: order.Currency, Lines: got.Lines, Payments: got.Payments, Plan: plan,
		Owner: got.Owner, Method: got.Method, Fallback: got.Fallback, Edition: schemas.Edition, Handover: got.Handover, Resumed: got.Resumed,
	}
	if order.DeliveredAt != nil {
		answer.Delivered = *order.DeliveredAt
	}
	return answer, nil
}

// reopened lets a case that reopens another be judged as that one was: by the day on which the wish was first received, with all the
// evidence there is, and by a person. Whether it may be reopened at all is judged later, where the units change hands.
func (a *Intake) reopened(ctx context.Context, in schemas.IntakeOrder) (schemas.IntakeOrder, error) {
	if in.Predecessor == nil || in.Predecessor.Why != schemas.WhyReopen {
		return in, nil
	}
	before := *in.Predecessor
	before.AtReview, before.Handover = true, nil
	row, err := a.store.CaseRow(ctx, before.CaseID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return in, oursFailed("look for the case that "+in.CaseID+" reopens", err)
	default:
		before.FirstReceivedAt = row.FirstReceived()
		in.Request.EvidenceIDs = append(append([]string{}, row.EvidenceIDs...), in.Request.EvidenceIDs...)
	}
	in.Predecessor = &before
	return in, nil
}

// earlier lists what the other requests of the customer came to. A case that goes on from another was judged there.
func (a *Intake) earlier(ctx context.Context, in schemas.IntakeOrder) (all []policy.Earlier, err error) {
	if in.Predecessor != nil {
		return nil, nil
	}
	found, err := a.store.Earlier(ctx, in.Request, in.At)
	for _, e := range found {
		all = append(all, policy.Earlier(e))
	}
	return all, err
}

// beforeAPerson is the verdict on a line that cannot be a request and goes to a person all the same: no rule proposes anything, and
// silence grants nothing.
func beforeAPerson(v schemas.Verdict, code schemas.Code) schemas.Verdict {
	v.Proposal, v.Owed, v.Auto, v.Rule, v.Reason, v.Evidence = schemas.ProposeReview, false, false, RuleOfIntake, string(code), nil
	return v
}

// RuleOfIntake stands in a verdict that is no rule's: what intake found out about the line decides.
const RuleOfIntake = "intake"

// planForPerson makes the plan of a case that was opened because somebody asked for a person, and that the policy it names refuses: by
// the default policy where there is no such one, and in a currency without limits with none, so that a second person decides on every
// amount and nothing is granted beyond what is owed.
func (a *Intake) planForPerson(in schemas.IntakeOrder, order schemas.ShopOrder, articles map[string]schemas.ShopArticle, was map[string]store.Again, refusal *schemas.Refusal) (schemas.Plan, map[string]schemas.Verdict, *schemas.Refusal, error) {
	currency := order.Currency
	for range 2 {
		switch refusal.Code {
		case schemas.CodeUnknownPolicy:
			in.Policy = defaultPolicy
		case schemas.CodeOtherCurrency:
			order.Currency = "" // the policy's first
		default:
			return schemas.Plan{}, nil, refusal, nil
		}
		plan, verdicts, again, err := a.plan(in, order, articles, was, nil)
		if err != nil {
			return plan, nil, nil, err
		}
		if again == nil {
			if currency != "" && plan.Currency != currency {
				plan.Currency, plan.Limits = currency, schemas.Limits{LargeRefund: schemas.Money{Currency: currency}}
			}
			return plan, verdicts, nil, nil
		}
		refusal = again
	}
	return schemas.Plan{}, nil, refusal, nil
}

const defaultPolicy = "default"

// order asks the shop. An order that is not there, and one of another customer's, are refused in the same words. The
// successor of a case that ended that way goes on without the order, in the merchant's usual currency or else the policy's first: it
// was opened because somebody asked for a person, and that cannot be declined.
func (a *Intake) order(ctx context.Context, in schemas.IntakeOrder) (schemas.ShopOrder, *schemas.Refusal, error) {
	doing := "ask the shop for the order of " + in.CaseID
	asking, cancel := patience(ctx)
	defer cancel()
	order, err := a.orders.Order(asking, in.Request.MerchantID, in.Request.OrderID)
	if err != nil && !errors.Is(err, provider.ErrUnknownOrder) {
		return schemas.ShopOrder{}, nil, outsideFailed(doing, err)
	}
	if err == nil && store.Knows(in.Request, order) {
		if fault := store.CheckOrder(order); fault != nil {
			// Not the customer's doing, and no reason to turn them away: it is tried again until the shop has put it right.
			return schemas.ShopOrder{}, nil, temporal.NewApplicationErrorWithOptions(fmt.Sprintf("%s: it cannot be worked with: %s", doing, fault.Error()),
				string(schemas.CodeUnavailable), temporal.ApplicationErrorOptions{NextRetryDelay: time.Minute})
		}
		return order, nil, nil
	}
	if in.Predecessor == nil {
		return schemas.ShopOrder{}, store.UnknownOrder(), nil
	}
	currency, err := a.store.MerchantCurrency(ctx, in.Request.MerchantID)
	if errors.Is(err, store.ErrNotFound) {
		return schemas.ShopOrder{}, nil, nil // a merchant without a single order: the policy's first currency
	}
	if err != nil {
		return schemas.ShopOrder{}, nil, oursFailed(doing, err)
	}
	return schemas.ShopOrder{Currency: currency}, nil, nil
}

// plan asks the rules. Verdicts are by line id, which a request names once. Goods that were replaced before count as exchanged so often; where
// the request is about nothing else, its windows begin when the replacement was there.
func (a *Intake) plan(in schemas.IntakeOrder, order schemas.ShopOrder, articles map[string]schemas.ShopArticle, again map[string]store.Again, earlier []policy.Earlier) (schemas.Plan, map[string]schemas.Verdict, *schemas.Refusal, error) {
	facts := PlanFacts{
		MerchantID: in.Request.MerchantID, Kind: in.Request.Kind, Currency: order.Currency, Reason: in.Request.Reason,
		RefundOnly: in.Request.RefundOnly, At: in.At, From: in.At, EvidenceIDs: in.Request.EvidenceIDs, ShippedOther: map[string]bool{},
		Channel: in.Request.Channel, PlacedAt: order.PlacedAt, Uninformed: order.Uninformed, Jurisdiction: order.Jurisdiction,
		Items: map[string]policy.Item{}, Earlier: earlier,
	}
	if facts.Jurisdiction == "" && order.ShipTo != nil {
		facts.Jurisdiction = policy.JurisdictionOf(order.ShipTo.Country)
	}
	if in.Predecessor != nil {
		facts.AtReview = in.Predecessor.AtReview
		if first := in.Predecessor.FirstReceivedAt; !first.IsZero() {
			facts.At = first // a reopened or converted case never shortens the customer's windows
		}
	}
	if order.DeliveredAt != nil {
		facts.DeliveredAt = *order.DeliveredAt
	}
	for _, l := range order.Lines {
		facts.ShippedOther[l.LineID] = l.ShippedSKU != "" && l.ShippedSKU != l.SKU
		facts.Items[l.LineID] = policy.Item{Category: l.Category, Marks: l.Marks, Established: l.Established, Confirmed: l.Confirmed, Repairs: l.Repairs, Exchanges: l.Exchanges + again[l.LineID].Times}
	}
	if since := sinceReplaced(in.Request, again); since.After(facts.DeliveredAt) {
		facts.DeliveredAt = since
		if since.After(facts.At) {
			facts.DeliveredAt = facts.At // by the clock of a case that is ahead of this one's
		}
	}
	for _, l := range store.LinesOf(in, order, articles) {
		if l.Outcome == schemas.OutcomeNone {
			facts.Lines = append(facts.Lines, l)
		}
	}
	plan, answers, err := a.planner.Plan(in.Policy, facts)
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) {
		return plan, nil, refusal, nil
	}
	if err == nil && len(answers) != len(facts.Lines) {
		err = fmt.Errorf("the policy has %d verdicts for %d lines", len(answers), len(facts.Lines))
	}
	if err != nil {
		// A fault of the policy's. The case waits until a corrected one is deployed.
		return plan, nil, nil, temporal.NewApplicationErrorWithOptions("ask the rules for "+in.CaseID, string(schemas.CodeUnavailable), temporal.ApplicationErrorOptions{Cause: err})
	}
	verdicts := make(map[string]schemas.Verdict, len(answers))
	for i, l := range facts.Lines {
		verdicts[l.LineID] = answers[i]
	}
	return plan, verdicts, nil, nil
}

// sinceReplaced is since when the customer has the goods of a request, where all of them were replaced before; zero where not.
func sinceReplaced(r schemas.Request, again map[string]store.Again) (since time.Time) {
	for _, l := range r.Lines {
		was, is := again[l.LineID]
		if !is {
			return time.Time{}
		}
		if since.IsZero() || was.Since.Before(since) {
			since = was.Since
		}
	}
	return since
}

// agents are the people who may own a case, in the policy's order.
func agents(plan schemas.Plan) []string {
	var ids []string
	for _, p := range plan.People[schemas.RoleAgent] {
		ids = append(ids, p.ID)
	}
	return ids
}
