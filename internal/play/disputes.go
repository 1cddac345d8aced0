package play

import (
	"context"
	"slices"
	"time"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// Bank takes payments back when a customer asks it to, and decides. It tells of it by itself.
type Bank interface {
	OpenChargeback(ctx context.Context, c sandbox.Chargeback) error
	EndChargeback(ctx context.Context, merchant, disputeID string, status schemas.DisputeStatus, at time.Time) error
}

// platform is the source of the facts that a channel platform reports.
const platform = "platform"

// answerTime is how long the merchant has for an answer.
const answerTime = 10 * 24 * time.Hour

// outside is what customers do who do not wait for the end of their case, and what those do to whom they go.
func (p Parties) outside(v schemas.View) []action {
	if p != ChargebackCustomer && p != ComplainingCustomer {
		return nil
	}
	if len(v.Disputes) == 0 {
		return p.disputes(v)
	}
	for _, d := range v.Disputes {
		if d.Status == schemas.DisputeAnswered {
			return []action{decides(v, d)}
		}
	}
	return nil
}

// disputes goes to the bank or the platform once the merchant has decided, whatever it was.
func (p Parties) disputes(v schemas.View) []action {
	amount := schemas.Money{}
	for _, l := range v.Lines {
		switch l.State {
		case schemas.Submitted, schemas.Review, schemas.WaitInfo, schemas.Closed:
			continue
		}
		amount = schemas.Money{Minor: amount.Minor + l.Payable.Minor, Currency: l.Payable.Currency}
	}
	if amount.Minor <= 0 {
		return nil
	}
	id, due := "dp-"+shortID(v.CaseID)[:16], v.Now.Add(answerTime)
	if p == ComplainingCustomer {
		word := schemas.ExternalWord{DisputeID: id, Kind: schemas.DisputePlatform, MerchantID: v.MerchantID, OrderID: v.OrderID, DueAt: &due, Reason: "no_solution"}
		return []action{{name: schemas.ExternalOpened.Name, on: id, body: word, fact: true, source: platform, once: true}}
	}
	return []action{{
		name: schemas.ExternalOpened.Name, on: id, fact: true, once: true,
		bank: func(ctx context.Context, b Bank) error {
			return b.OpenChargeback(ctx, sandbox.Chargeback{MerchantID: v.MerchantID, OrderID: v.OrderID, DisputeID: id, Amount: amount, Reason: "not_as_described", At: v.Now, DueAt: due})
		},
		heard: func(v schemas.View) bool { return len(v.Disputes) > 0 },
	}}
}

// decides ends a dispute that the merchant has answered. A bank lets the merchant have what it can prove; a platform grants what was
// refused, and has nothing to decide where the merchant had granted it.
func decides(v schemas.View, d schemas.Dispute) action {
	if d.Kind == schemas.Chargeback {
		return action{
			name: schemas.ExternalDecided.Name, on: d.DisputeID, fact: true, once: true,
			bank: func(ctx context.Context, b Bank) error {
				return b.EndChargeback(ctx, v.MerchantID, d.DisputeID, schemas.DisputeWon, v.Now)
			},
			heard: func(v schemas.View) bool {
				return !slices.ContainsFunc(v.Disputes, func(now schemas.Dispute) bool { return now.DisputeID == d.DisputeID && !now.Status.Over() })
			},
		}
	}
	decision := schemas.DisputeClosed
	if refused(v) {
		decision = schemas.DisputeLost
	}
	word := schemas.ExternalWord{DisputeID: d.DisputeID, Kind: d.Kind, MerchantID: v.MerchantID, OrderID: v.OrderID, Decision: decision}
	return action{name: schemas.ExternalDecided.Name, on: d.DisputeID, body: word, fact: true, source: platform, once: true}
}

// refused reports whether the customer was refused what is asked for, or has not been answered.
func refused(v schemas.View) bool {
	return slices.ContainsFunc(v.Lines, func(l schemas.Line) bool {
		switch l.State {
		case schemas.Review, schemas.WaitInfo, schemas.Negotiating, schemas.RejectedAppealable, schemas.Appeal:
			return true
		}
		return false
	})
}

// answersOutside is what the merchant does about a dispute: finance lets a chargeback stand for a refund that is owed, and everything
// else is answered with the evidence pack that was made when it began.
func answersOutside(v schemas.View) (action, bool) {
	finance := schemas.Actor{Role: schemas.RoleFinance, ID: "finance-1"}
	for _, d := range v.Disputes {
		asked := slices.ContainsFunc(v.Approvals, func(a schemas.Approval) bool { return a.DisputeID == d.DisputeID && a.DecidedBy == nil })
		switch {
		case d.Status != schemas.DisputeOpen || d.Kept == "" || asked:
			// It is answered already, or its evidence is being made, or a second person has to decide.
		case d.Kind == schemas.Chargeback && !d.Booked:
			// The ledger has not said yet what it keeps.
		case d.Kind == schemas.Chargeback && d.Over.Minor == 0 && !refused(v):
			return action{name: schemas.ExternalAccept.Name, by: finance, on: d.DisputeID, body: schemas.ConcedeDispute{DisputeID: d.DisputeID, Reason: "owed"}}, true
		default:
			return action{name: schemas.ExternalAnswer.Name, by: finance, on: d.DisputeID, body: schemas.AnswerDispute{DisputeID: d.DisputeID, Pack: d.Kept}}, true
		}
	}
	return action{}, false
}
