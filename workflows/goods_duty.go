package workflows

import (
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// The statutory duty to pay back counts for each line from the delivery of its own goods, and ends with that line alone. One clock stands for the
// line whose goods came first.

const refundDuty = lawPrefix + "refund"

// endRefundDuty ends the duty for lines that are paid, or in dispute. It goes on for the others whose goods are here.
func (g *goods) endRefundDuty(s *step) {
	first, owes := g.firstToPay()
	switch k := g.clock(refundDuty); {
	case !owes:
		g.stopClock(refundDuty)
	case k == nil:
		g.reckon(g.startClock(s, refundDuty, caseExpiries[refundDuty].says), first)
	case !k.StartedAt.Equal(first):
		g.reckon(k, first)
		k.Fired = 0
	}
}

// firstToPay is when the first goods came of those that are here and still to be paid for. A line whose duty was missed has none any more: the
// manager has been told of it, and the case is flagged.
func (g *goods) firstToPay() (first time.Time, owes bool) {
	if !g.dutyOfEachLine() {
		return first, false
	}
	for _, l := range g.Lines {
		p := g.parcel(l.Waybill)
		if !toBePaid(l) || p == nil || p.DeliveredAt == nil || g.dutyIsOver(l, *p.DeliveredAt) {
			continue
		}
		if !owes || p.DeliveredAt.Before(first) {
			first, owes = *p.DeliveredAt, true
		}
	}
	return first, owes
}

// dutyIsOver tells a line whose duty was missed, or is done: paid once, whatever became of that money, or not to be paid in full because of what was found.
func (g *goods) dutyIsOver(l *schemas.Line, delivered time.Time) bool {
	if !g.followsEachDuty() {
		return !g.Plan.Due(g.Plan.Clocks[refundDuty], delivered).Due.After(g.Missed[refundDuty])
	}
	return l.PaidLate || l.Finding != "" || slices.ContainsFunc(l.History, func(h schemas.StateSince) bool { return h.State == schemas.Refunded })
}

// toBePaid tells a line of a return whose goods are here and undisputed, and whose money is not.
func toBePaid(l *schemas.Line) bool {
	switch l.State {
	case schemas.Received, schemas.RefundApproved, schemas.RefundProcessing, schemas.RefundFailed:
		return l.Replacement == nil && l.GoodsWith == schemas.TurnWarehouse
	}
	return false
}

// followRefundDuty lets the clock follow what a step has changed: whichever way goods came here, and whatever was found on them meanwhile.
func (g *goods) followRefundDuty(s *step) {
	if g.followsEachDuty() {
		g.endRefundDuty(s)
	}
}

// missedForOne goes on with the duty of another line, whose goods came later, once that of the first was missed.
func (g *goods) missedForOne(s *step) {
	if g.followsEachDuty() {
		for _, l := range g.Lines {
			if p := g.parcel(l.Waybill); toBePaid(l) && p != nil && p.DeliveredAt != nil && !p.DeliveredAt.After(s.clock.StartedAt) {
				l.PaidLate = true
			}
		}
	}
	if g.dutyOfEachLine() {
		g.endRefundDuty(s)
	}
}
