package workflows

import (
	"fmt"
	"slices"

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
		case l.State == schemas.ShipReplacement && !g.revokesUnorderedMoney():
			return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("line %s is in %s; nothing is taken back there.", l.LineID, l.State)}
		case leftRefused(l):
			return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("line %s has ended, and money for it was refused; grant it with review.approve, or decide the appeal.", l.LineID)}
		case l.LeavesAs == schemas.Converted:
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("line %s goes on in another case; revoke it there.", l.LineID)}
		case l.Refunded.Minor > 0 || g.orderedFor(l) > 0:
			return late("has moved money")
		case r != nil && (r.ShipmentID != "" || r.ConfirmedAt != nil):
			return late("has sent a replacement")
		case r != nil && r.Netted != 0 && g.revokesUnorderedMoney() && !g.revokesOneAmount():
			return late("has settled it as one amount with another article")
		case r != nil && (r.Settled-max(0, r.Netted) > 0 || r.Settled != 0 && !g.revokesUnorderedMoney()):
			return late("has made the customer pay")
		}
		if x, ok := g.as.(*exchanges); ok && r != nil && r.Netted != 0 && g.revokesOneAmount() {
			if why := x.settledWith(l, s.lines); why != "" {
				return late(why)
			}
		}
		if l.State == schemas.RefundApproved || r != nil && r.GivesBack > 0 {
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
	g.giveUpKept(s, lines)
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

// neverOrdered tells a refund that a hold has kept back from the beginning: no provider has heard of it.
func neverOrdered(f *schemas.Refund) bool {
	return f.Held && f.Status == schemas.RefundRequested && f.Replaces == ""
}

// orderedFor is what has been ordered for a line and has neither come through nor been given up. What is kept back was not ordered.
func (g *goods) orderedFor(l *schemas.Line) int64 {
	sum := g.underWay(l)
	for _, f := range g.Refunds {
		if g.revokesUnorderedMoney() && neverOrdered(f) {
			sum -= g.partFor(f, l)
		}
	}
	return sum
}

// giveUpKept gives up what was to be paid for lines and was kept back, or waited for its second person. What was to be paid for others along with
// it is kept back for them alone.
func (g *goods) giveUpKept(s *step, lines []*schemas.Line) {
	if !g.revokesUnorderedMoney() {
		return
	}
	var others []*schemas.Line
	for _, f := range g.Refunds {
		if !neverOrdered(f) || !g.paysAny(f, lines) {
			continue
		}
		f.Status, f.Held, f.ChangedAt = schemas.RefundCancelled, false, stamp(s.at)
		s.say("Refund %s, which was kept back, is given up.", f.RefundID)
		for _, l := range g.linesPaidBy(f) {
			if !slices.Contains(lines, l) && !slices.Contains(others, l) {
				others = append(others, l)
			}
		}
	}
	for _, l := range lines {
		if r := l.Replacement; r != nil && r.Settled < 0 {
			r.Settled, r.GivesBack = 0, 0
		}
	}
	g.order(s, g.spread(others)...)
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
	if x.revokesOneAmount() {
		x.settleWithout(s, lines)
		x.unnet(s, lines)
	}
}

// startRefundDuty starts the statutory duty to pay back for goods that are here already: it counts from their delivery.
func (g *goods) startRefundDuty(s *step, lines []*schemas.Line) {
	if g.followsEachDuty() {
		return // the clock follows by itself
	}
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
