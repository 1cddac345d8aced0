package chaos

import (
	"context"
	"encoding/json"

	"github.com/aftercare/aftercare/schemas"
)

// Mood is what somebody does otherwise than everybody expects.
type Mood string

// The moods. Most people have none.
const (
	Usual    Mood = "usual"
	Advance  Mood = "advance"  // an exchange is sent before the old goods are back, against a deposit
	Strict   Mood = "strict"   // the warehouse finds the goods used, and the customer takes less
	Changing Mood = "changing" // the customer takes the wish back while somebody decides on it
)

// moods are dealt out in this proportion.
var moods = []Mood{Usual, Usual, Usual, Usual, Advance, Advance, Strict, Changing}

// mood is the mood of one case, with what is needed to act on it.
type mood struct {
	Mood
	request schemas.Request
	prices  map[string]schemas.Money // of one piece, by line
}

func moodsOf(p Plan) map[string]mood {
	all := map[string]mood{}
	e := Evidence{Plan: p}
	for _, w := range p.Wishes {
		m := mood{Mood: w.Mood, request: w.Request, prices: map[string]schemas.Money{}}
		o, _ := e.order(w.Request.MerchantID, w.Request.OrderID)
		for _, l := range o.Lines {
			m.prices[l.LineID] = l.UnitPrice
		}
		all[w.CaseID()] = m
	}
	return all
}

// change turns a command into what the mood makes of it. It is always the same, however often the command is given again: the body of
// a command must not change under its id.
func (m mood) change(ctx context.Context, p *people, caseID, command string, order schemas.Order) schemas.Order {
	switch {
	case m.Mood == Advance && command == schemas.ReviewApprove.Name && m.request.Kind == schemas.KindExchange:
		var approve schemas.Approve
		if json.Unmarshal(order.Body, &approve) == nil {
			approve.Advance = true
			order.Body = written(approve, order.Body)
		}
	case m.Mood == Changing && command == schemas.ReviewApprove.Name:
		// Both are on their way at once; whichever comes first is what happens.
		withdraw := schemas.Order{
			CommandID: "withdraw-" + order.CommandID, Actor: schemas.Actor{Role: schemas.RoleCustomer, ID: m.request.CustomerID},
			Body: written(schemas.Withdraw{Reason: "found_it"}, nil),
		}
		p.late.Go(func() {
			if receipt, err := p.cases.Send(ctx, caseID, schemas.CaseWithdraw.Name, withdraw); err == nil {
				p.memory.receipt(caseID, withdraw.CommandID, receipt)
			}
		})
	default:
	}
	return order
}

// judged turns an inspection that passes into one that does not.
func (m mood) judged(command string, order schemas.Order) (string, schemas.Order) {
	var pass schemas.Pass
	if m.Mood != Strict || command != schemas.InspectionPass.Name || json.Unmarshal(order.Body, &pass) != nil || len(pass.Lines) != 1 {
		return command, order
	}
	less := m.prices[pass.Lines[0].LineID]
	if less.Minor /= lessWhenUsed; less.Minor == 0 {
		return command, order
	}
	fail := schemas.Fail{OnLines: pass.OnLines, Finding: schemas.FindingUsed, Deduction: &less, EvidenceIDs: []string{"photo-inspection"}}
	order.Body = written(fail, order.Body)
	return schemas.InspectionFail.Name, order
}

// lessWhenUsed is the part of the price that is taken off for used goods: one in so many.
const lessWhenUsed = 10

func written(v any, otherwise json.RawMessage) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		return otherwise
	}
	return raw
}
