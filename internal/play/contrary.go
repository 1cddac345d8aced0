package play

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// contrary is what a customer does who does not go along: objects, withdraws, or has got a replacement that is faulty.
func (p Parties) contrary(v schemas.View, me schemas.Actor) (action, bool) {
	does := func(name string, lines []schemas.Line, body any) (action, bool) {
		return action{name: name, by: me, on: on(lines), body: body}, len(lines) > 0
	}
	switch p {
	case ObjectingCustomer:
		if a, acts := does(schemas.AppealFile.Name, unheardOf(inState(v, schemas.RejectedAppealable)), schemas.FileAppeal{}); acts {
			return a, true
		}
		return does(schemas.OfferDecline.Name, append(inState(v, schemas.InspectionFailed), inState(v, schemas.Negotiating)...), schemas.AnswerOffer{})
	case WithdrawingCustomer:
		return does(schemas.CaseWithdraw.Name, staying(inState(v, schemas.ReturnInTransit)), schemas.Withdraw{Reason: "changed_mind"})
	case UnluckyCustomer:
		lines := arrived(v)
		body := schemas.RejectReplacement{OnLines: schemas.OnLines{Lines: picks(lines)}, Reason: schemas.Defective, EvidenceIDs: []string{"photo-" + shortID(v.CaseID + on(lines))[:12]}}
		return does(schemas.ReplacementReject.Name, lines, body)
	}
	return action{}, false
}

// unheardOf are refused lines that the customer has not objected to yet: an objection is decided once.
func unheardOf(lines []schemas.Line) []schemas.Line {
	return slices.DeleteFunc(lines, func(l schemas.Line) bool { return l.Rejection != nil && l.Rejection.Final })
}

// staying are lines that their customer has not withdrawn.
func staying(lines []schemas.Line) []schemas.Line {
	return slices.DeleteFunc(lines, func(l schemas.Line) bool { return l.LeavesAs != schemas.OutcomeNone })
}

// mistakes lets an agent refuse what should be granted, once, and a supervisor take that back.
func (p Parties) mistakes(v schemas.View) (action, bool) {
	if p != MistakenAgent {
		return action{}, false
	}
	took := slices.ContainsFunc(v.Events, func(e schemas.Event) bool { return e.Name == schemas.DecisionRevoke.Name })
	if lines := inState(v, schemas.Review); len(lines) > 0 && !took {
		body := schemas.Reject{OnLines: schemas.OnLines{Lines: picks(lines)}, Reason: "not_eligible"}
		return action{name: schemas.ReviewReject.Name, by: schemas.Actor{Role: schemas.RoleAgent, ID: v.Owner}, on: on(lines), body: body}, true
	}
	if lines := inState(v, schemas.RejectedAppealable); len(lines) > 0 && !took {
		body := schemas.Revoke{OnLines: schemas.OnLines{Lines: picks(lines)}, Reason: "mistake"}
		return action{name: schemas.DecisionRevoke.Name, by: schemas.Actor{Role: schemas.RoleSupervisor, ID: "supervisor-1"}, on: on(lines), body: body}, true
	}
	return action{}, false
}
