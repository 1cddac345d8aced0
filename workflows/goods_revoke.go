package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// A decision that was a mistake. Before goods or money have moved by it, somebody higher up takes it back, with a reason that the customer
// is told; the lines are decided or inspected anew. What was paid is never undone here.

// mayRevoke refuses once the decision has had its effect. Where money was approved, another person than the approver takes it back.
func (g *goods) mayRevoke(s *step, _ schemas.Revoke) *schemas.Refusal {
	if refusal := beingAsked(s.lines); refusal != nil {
		return refusal
	}
	for _, l := range s.lines {
		late := func(what string) *schemas.Refusal {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the decision on line %s %s; it is not undone behind the customer's back: agree on it with them, with case.reply.", l.LineID, what)}
		}
		r := l.Replacement
		switch {
		case l.LeavesAs == schemas.Converted:
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("line %s goes on in another case; revoke it there.", l.LineID)}
		case l.Refunded.Minor > 0 || g.underWay(l) > 0:
			return late("has moved money")
		case r != nil && (r.ShipmentID != "" || r.ConfirmedAt != nil):
			return late("has sent a replacement")
		case r != nil && r.Settled != 0:
			return late("has made the customer pay")
		}
		if l.State == schemas.RefundApproved {
			if refusal := fourEyes(l.Approver, s.actor, "approved it"); refusal != nil {
				return refusal
			}
		}
	}
	return nil
}

func (g *goods) revoked(s *step, d schemas.Revoke) {
	lines := s.lines
	s.note("reason", d.Reason)
	s.note("state", string(lines[0].State))
	s.say("%s takes the decision on line(s) %s back: %s.", s.actor, lineList(lines), d.Reason)
	for _, a := range g.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund && g.allIn(a.Lines, lines) {
			who := s.actor
			a.DecidedBy, a.Reason = &who, "revoked"
			g.stopApproval(a)
		}
	}
	g.narrowApprovals(lines)
	if g.undo != nil {
		g.undo(s, lines)
	}
	here, away := sort2(lines, func(l *schemas.Line) bool { return l.GoodsWith == schemas.TurnWarehouse && !l.Disposed })
	for _, l := range lines {
		l.Approver, l.Rejection, l.Offer, l.Deduction = nil, nil, nil, g.money(0)
		l.KeepsGoods = g.Opening.Request.RefundOnly
		if p := g.parcel(l.Waybill); p != nil && p.ScannedAt == nil && l.GoodsWith == schemas.TurnCustomer {
			p.Superseded, l.Waybill = true, ""
		}
	}
	for _, l := range here {
		l.Finding, l.Disposition = "", "" // somebody looks at the goods anew
	}
	g.startRefundDuty(s, here)
	g.move(s, here, schemas.Received)
	g.move(s, away, schemas.Review)
	s.tell("decision.revoked", vars{"lines": linesVar(lines), "reason": d.Reason, "due": stamp(g.dueOf(lines))})
	s.staff("staff.task", g.Owner, vars{"task": "decision_revoked", "due": stamp(g.dueOf(lines))})
}

// undecide gives up what an exchange had asked the customer for. What the warehouse keeps stays kept: the wish is still there.
func (x *exchanges) undecide(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		if l.Replacement != nil {
			l.Replacement.Advance = false
		}
	}
	x.lapseCharges(lines)
	x.settleDeposits(s, lines)
}

// startRefundDuty starts the statutory duty to pay back for goods that are here already: it counts from their delivery.
func (g *goods) startRefundDuty(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		p := g.parcel(l.Waybill)
		if l.GoodsWith != schemas.TurnWarehouse || p == nil || p.DeliveredAt == nil || g.clock("law.refund") != nil {
			continue
		}
		k := g.startClock(s, "law.refund", caseExpiries["law.refund"].says)
		g.reckon(k, *p.DeliveredAt)
		if g.Missed[k.Name].Equal(k.Due) {
			g.removeClock(k.ClockID) // the manager has been told, and the case is flagged
		}
	}
}
