package workflows_test

import (
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// The eleventh law: where somebody outside decides, that is how the case ends.

func outsideDecides(s *sight) string {
	for _, check := range []func(*sight) string{onlyTheOutsideDecides, nothingIsRefusedMeanwhile, noMoneyLeavesTwice, whatWasDecidedIsDone, settledIsPaidFor} {
		if fault := check(s); fault != "" {
			return fault
		}
	}
	return ""
}

func disputeIn(v *schemas.View, id string) *schemas.Dispute {
	if v == nil {
		return nil
	}
	for i := range v.Disputes {
		if v.Disputes[i].DisputeID == id {
			return &v.Disputes[i]
		}
	}
	return nil
}

// onlyTheOutsideDecides wants of every dispute that ends that somebody outside has said so; or that somebody of ours has agreed, or that
// nobody outside ever said anything.
func onlyTheOutsideDecides(s *sight) string {
	for _, d := range s.Now.Disputes {
		if was := disputeIn(s.Before, d.DisputeID); !d.Status.Over() || was != nil && was.Status == d.Status || s.Before == nil {
			continue
		}
		if disputeIn(s.Before, d.DisputeID) == nil && s.Now.PredecessorID != "" {
			continue // the case before has heard how it ended
		}
		said := slices.ContainsFunc(s.Books.Words[d.DisputeID], func(w schemas.ExternalWord) bool {
			return w.Decision == d.Status || w.Decision == "" && d.Status == schemas.DisputeClosed
		})
		agreed := slices.ContainsFunc(s.New, func(e schemas.Event) bool {
			ours := e.Name == schemas.ExternalAccept.Name || e.Name == schemas.ExternalSettle.Name || e.Name == schemas.ApprovalGrant.Name || e.Name == schemas.EventApprovalMoved
			return ours || e.Name == schemas.EventExpired && (e.Data["clock"] == "external.decision" || e.Data["clock"] == "return.approval_deputy" || e.Data["clock"] == "exchange.approval_deputy")
		})
		// The ledger tells a case that is reopened what had been decided before it began.
		before := s.Now.Continues == schemas.WhyReopen && s.Books.Kept[d.DisputeID] != nil && s.Books.Kept[d.DisputeID].Dispute.Status == d.Status &&
			slices.ContainsFunc(s.New, func(e schemas.Event) bool { return e.Name == schemas.EventDisputeBooked })
		if !said && !agreed && !before {
			return fmt.Sprintf("%s is %s, and nobody outside has said so.", d.DisputeID, d.Status)
		}
	}
	return ""
}

// nothingIsRefusedMeanwhile wants no refusal while somebody outside looks at the case, and none of what was decided against us.
func nothingIsRefusedMeanwhile(s *sight) string {
	if s.Before == nil {
		return ""
	}
	was := map[string]bool{}
	for _, l := range s.Before.Lines {
		if l.Rejection != nil {
			was[l.LineID+l.Rejection.At.String()] = true
		}
	}
	for _, l := range s.Now.Lines {
		if l.Rejection == nil || was[l.LineID+l.Rejection.At.String()] {
			continue
		}
		for _, d := range s.Before.Disputes {
			// A bank decides about the money that was paid, and not about the wish.
			if now := disputeIn(&s.Now, d.DisputeID); d.Kind != schemas.Chargeback && !d.Status.Over() && now != nil && !now.Status.Over() {
				return fmt.Sprintf("line %s was refused while %s is open.", l.LineID, d.DisputeID)
			}
		}
	}
	return ""
}

// noMoneyLeavesTwice wants no refund to be ordered while a chargeback stands: it is kept back.
func noMoneyLeavesTwice(s *sight) string {
	if s.Before == nil {
		return ""
	}
	for _, d := range s.Before.Disputes {
		now := disputeIn(&s.Now, d.DisputeID)
		if d.Kind != schemas.Chargeback || d.Status.Over() || now == nil || now.Status.Over() {
			continue
		}
		for _, f := range s.Now.Money.Entries {
			known := slices.ContainsFunc(s.Before.Money.Entries, func(g schemas.Refund) bool { return g.RefundID == f.RefundID })
			if !known && !f.Held {
				return fmt.Sprintf("%s was ordered while the chargeback %s stands.", f.RefundID, d.DisputeID)
			}
		}
	}
	return ""
}

// whatWasDecidedIsDone wants every line that waited for a decision of ours to be granted when somebody outside decides for the customer.
func whatWasDecidedIsDone(s *sight) string {
	waits := []schemas.State{schemas.WaitInfo, schemas.Review, schemas.Negotiating, schemas.RejectedAppealable, schemas.Appeal}
	for _, d := range s.Now.Disputes {
		was := disputeIn(s.Before, d.DisputeID)
		if d.Status != schemas.DisputeLost || d.Pays || was == nil || was.Status == schemas.DisputeLost {
			continue
		}
		for i, l := range s.Now.Lines {
			before := i < len(s.Before.Lines) && s.Before.Lines[i].LineID == l.LineID && stands(s.Before.Lines[i].State, waits)
			if before && stands(l.State, waits) && l.Owed().Minor > 0 && len(l.Units) > 0 {
				return fmt.Sprintf("%s was decided for the customer, and line %s still waits in %s.", d.DisputeID, l.LineID, l.State)
			}
		}
	}
	return ""
}

// settledIsPaidFor wants of a line that was settled outside that somebody outside has paid for it; and of a case that ends, that nobody
// outside is still looking at it.
func settledIsPaidFor(s *sight) string {
	handed := slices.ContainsFunc(s.Now.Disputes, func(d schemas.Dispute) bool { return d.Pays })
	if s.Now.Outcome == schemas.SettledExternally && !handed && !decidedOutside(s.All) {
		return "the case was settled by somebody outside, of whom nothing is known."
	}
	for _, l := range s.Now.Lines {
		if l.Outcome == schemas.SettledExternally && (l.BankTook == nil || l.BankTook.Minor <= 0) {
			return fmt.Sprintf("line %s was settled outside, where nothing was paid for it.", l.LineID)
		}
	}
	if s.Now.ClosedAt == nil {
		return ""
	}
	for _, d := range s.Now.Disputes {
		if !d.Status.Over() {
			return fmt.Sprintf("the case has ended, and %s is %s.", d.DisputeID, d.Status)
		}
	}
	return ""
}

func decidedOutside(events []schemas.Event) bool {
	return slices.ContainsFunc(events, func(e schemas.Event) bool { return len(e.Name) > 9 && e.Name[:9] == "external." })
}

// aPersonLooksFirst wants nothing to be granted by a rule or by silence while a suspicion stands; the operator, at the end of the ladder, does.
func aPersonLooksFirst(s *sight) string {
	held := func(v *schemas.View) bool {
		return v != nil && slices.ContainsFunc(v.Holds, func(h schemas.Hold) bool { return h.Kind == schemas.AutomationHold })
	}
	if !held(s.Before) || !held(&s.Now) || slices.ContainsFunc(s.New, func(e schemas.Event) bool { return e.Actor.Role != schemas.RoleSystem }) {
		return ""
	}
	decided := func(l schemas.Line) bool { // by somebody outside, who has looked
		return slices.ContainsFunc(s.New, func(e schemas.Event) bool {
			return e.Name == schemas.ExternalDecided.Name && slices.Contains(e.Lines, l.LineID)
		})
	}
	for i, l := range s.Now.Lines {
		if decided(l) {
			continue
		}
		if i < len(s.Before.Lines) && s.Before.Lines[i].State == schemas.Review && (l.State == schemas.RefundApproved || l.State == schemas.WaitShipback) {
			return fmt.Sprintf("line %s went from review to %s, and nobody had looked.", l.LineID, l.State)
		}
	}
	return ""
}
