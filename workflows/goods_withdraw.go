package workflows

import (
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return that ends with the goods at the customer: a withdrawal, and leaving by any other way.

// leave ends lines with an outcome that leaves the goods with the customer: where they are with us, they travel back first.
func (g *goods) leave(s *step, lines []*schemas.Line, outcome schemas.Outcome) {
	here, there := sort2(lines, func(l *schemas.Line) bool { return l.GoodsWith == schemas.TurnWarehouse && !noGoods(l) })
	for _, l := range here {
		l.LeavesAs = outcome
	}
	g.move(s, here, schemas.SendBack)
	g.end(s, there, outcome)
}

// noGoods reports whether nothing was in the parcel that could be sent back.
func noGoods(l *schemas.Line) bool {
	return l.Finding == schemas.FindingEmpty || l.Finding == schemas.FindingMissing
}

// mayWithdraw refuses once money has moved.
func (g *goods) mayWithdraw(s *step, _ schemas.Withdraw) *schemas.Refusal {
	for _, l := range s.lines {
		if g.rests(l) {
			continue
		}
		if l.Refunded.Minor > 0 || g.underWay(l) > 0 {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the refund of line %s is under way or done; it cannot be withdrawn any more.", l.LineID)}
		}
		if g.paysLostWithdrawals() && g.lostOnOurWay(l) {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the goods of line %s were lost on a way of ours: they are paid for or replaced, and nobody gives that up by withdrawing.", l.LineID)}
		}
		if l.State == schemas.SendBack {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("the goods of line %s are on their way back to the customer.", l.LineID)}
		}
	}
	return nil
}

// withdrawn takes the wish back. Goods under way come in first and then travel back.
func (g *goods) withdrawn(s *step, d schemas.Withdraw) {
	if d.Reason != "" {
		s.note("reason", d.Reason)
	}
	s.say("The customer withdraws line(s) %s.", lineList(s.lines))
	for _, a := range g.Approvals {
		if a.DecidedBy == nil && g.allIn(a.Lines, s.lines) {
			who := s.actor
			a.DecidedBy, a.Reason = &who, "withdrawn"
			g.stopApproval(a)
		}
	}
	g.narrowApprovals(s.lines)
	before, open := sort2(s.lines, g.rests)
	left, before := sort2(before, leftRefused)
	g.endRefused(s, left)
	for _, l := range before {
		g.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	moving, rest := sort2(open, func(l *schemas.Line) bool { return l.State == schemas.ReturnInTransit })
	booked, rest := sort2(rest, func(l *schemas.Line) bool {
		return g.asksBeforeWithdrawing() && l.State == schemas.WaitShipback && g.mayBeSent(l)
	})
	for _, l := range slices.Concat(moving, booked) {
		l.LeavesAs = schemas.Withdrawn
	}
	g.leave(s, rest, schemas.Withdrawn)
	g.askWhetherSent(s, booked)
	s.tell("case.withdrawn", vars{"lines": linesVar(s.lines)})
}

// rests tells a line of a reopened case, or one that had left, that can be let rest as it had ended: nobody has granted anything more.
func (g *goods) rests(l *schemas.Line) bool {
	return leftRefused(l) || g.reopened() && l.LeavesAs != schemas.OutcomeNone && l.State == schemas.Review
}

// allIn reports whether lines are all that some picks mean. A part of a line that stays where these lines stand is meant too.
func (g *goods) allIn(picks []schemas.PickLine, lines []*schemas.Line) bool {
	for _, p := range picks {
		if !contains(lineIDs(lines), p.LineID) {
			return false
		}
	}
	return !g.narrowsApprovals() || len(g.besides(lines, picks)) == 0
}

// besides lists the lines that picks mean and that stay where some that leave stand.
func (g *goods) besides(leaving []*schemas.Line, picks []schemas.PickLine) []*schemas.Line {
	stay, _ := sort2(g.Lines, func(l *schemas.Line) bool {
		return picksContain(picks, l.LineID) && !slices.Contains(leaving, l) &&
			slices.ContainsFunc(leaving, func(other *schemas.Line) bool { return other.State == l.State })
	})
	return stay
}

// narrowApprovals lets open approvals of refunds be about what is left of them when lines leave.
func (g *goods) narrowApprovals(leaving []*schemas.Line) {
	if !g.narrowsApprovals() {
		return
	}
	for _, a := range g.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund && meets(pickIDs(a.Lines), lineIDs(leaving)) {
			if stay := g.besides(leaving, a.Lines); len(stay) > 0 {
				a.Lines, a.Amount = picksOf(stay), g.owedNow(stay)
			}
		}
	}
}
