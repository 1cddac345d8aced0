package workflows

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return up to the decision: intake, questions, approval and refusal.

// takenIn sends each line where its verdict points. Nothing is refused here: what is out of window goes to a person too.
func (r *returns) takenIn(s *step) {
	atReview := r.Opening.Predecessor != nil && r.Opening.Predecessor.AtReview
	lacking, rest := sort2(s.lines, func(l *schemas.Line) bool {
		return !atReview && len(l.Verdict.Evidence) > 0 && len(r.Evidence) == 0
	})
	auto, review := sort2(rest, func(l *schemas.Line) bool {
		return !atReview && l.Verdict.Auto && l.Verdict.Proposal == schemas.ProposeApprove
	})
	if len(lacking) > 0 {
		r.askFor(s, lacking, lacking[0].Verdict.Evidence)
	}
	if len(auto) > 0 {
		s.rule = auto[0].Verdict.Rule
		r.goOn(s, auto)
		r.answered(true)
	}
	r.move(s, review, schemas.Review)
	for _, l := range s.lines {
		s.note("verdict."+l.LineID, fmt.Sprintf("%s by %s (%s)", l.Verdict.Proposal, l.Verdict.Rule, l.Verdict.Reason))
	}
	s.say("Taken in: %d line(s) go on, with %s.", len(s.lines), r.Owner)
}

func (r *returns) alertOps(s *step) {
	s.name = schemas.EventOpsAlert
	s.say("The system's own work takes longer than it should.")
	if len(s.lines) > 0 {
		r.startOn(s, s.lines, "system", "ops are alerted")
	}
}

// askFor waits for the customer's evidence.
func (r *returns) askFor(s *step, lines []*schemas.Line, wanted []string) {
	r.move(s, lines, schemas.WaitInfo)
	list := strings.Join(wanted, ", ")
	s.note("wanted", list)
	s.tell("info.missing", vars{"wanted": list, "due": stamp(r.dueOf(lines))})
}

func (r *returns) infoRequested(s *step, d schemas.RequestInfo) {
	r.answered(false)
	s.say("%s asks for %s.", s.actor, strings.Join(d.Wanted, ", "))
	r.askFor(s, s.lines, d.Wanted)
}

// infoGiven answers the question, and the lines go to review.
func (r *returns) infoGiven(s *step, d schemas.ProvideInfo) {
	r.evidenceAdded(s, d)
	r.move(s, s.lines, schemas.Review)
}

// evidenceAdded keeps what the customer sends, in any state.
func (r *returns) evidenceAdded(s *step, d schemas.ProvideInfo) {
	r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID, Evidence: d.EvidenceIDs})
	s.say("The customer sent %d piece(s) of evidence.", len(d.EvidenceIDs))
	s.staff("staff.message", r.Owner, vars{"text_id": d.TextID})
}

// amended brings a refused line back to review with what the customer added, unless an appeal was decided.
func (r *returns) amended(s *step, d schemas.ProvideInfo) {
	r.evidenceAdded(s, d)
	open, _ := sort2(s.lines, func(l *schemas.Line) bool { return l.Rejection == nil || !l.Rejection.Final })
	r.move(s, open, schemas.Review)
}

// mayApprove holds a person to the role's limit for what the customer has no right to.
func (r *returns) mayApprove(s *step, _ schemas.Approve) *schemas.Refusal {
	return r.withinGoodwill(s, r.notOwed(s.lines))
}

func (r *returns) notOwed(lines []*schemas.Line) schemas.Money {
	sum := r.money(0)
	for _, l := range lines {
		if !l.Verdict.Owed {
			sum = sum.Add(l.Owed())
		}
	}
	return sum
}

func (r *returns) approved(s *step, d schemas.Approve) {
	who := s.actor
	for _, l := range s.lines {
		l.Approver = &who
		if d.RefundOnly != nil {
			l.KeepsGoods = *d.RefundOnly
		}
		if d.Freight != "" {
			l.Verdict.Freight = d.Freight
		}
		s.note("rule."+l.LineID, l.Verdict.Rule)
	}
	if d.Reason != "" {
		s.note("reason", d.Reason)
	}
	s.say("%s approved line(s) %s.", s.actor, lineList(s.lines))
	r.answered(true)
	r.goOn(s, s.lines)
}

// goOn sends approved lines on: to the customer for the way back, or to the refund where nothing has to come back or the
// goods have left the customer already.
func (r *returns) goOn(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		l.Offer = nil
	}
	settled, open := sort2(lines, func(l *schemas.Line) bool { return l.Owed().Minor <= 0 && l.LeavesAs != schemas.OutcomeNone })
	for _, l := range settled {
		// The case came back after it had been paid in full: there is nothing more to grant.
		r.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	for _, l := range open {
		l.LeavesAs = schemas.OutcomeNone
	}
	ship, pay := sort2(open, func(l *schemas.Line) bool { return !l.KeepsGoods && l.GoodsWith == schemas.TurnCustomer })
	if len(pay) > 0 {
		s.tell("refund.approved", vars{"lines": linesVar(pay), "amount": amount(r.owedFor(pay)), "due": stamp(r.firstDue())})
		r.move(s, pay, schemas.RefundApproved)
	}
	if len(ship) > 0 {
		r.move(s, ship, schemas.WaitShipback)
		s.tell("return.approved", vars{"lines": linesVar(ship), "freight": string(ship[0].Verdict.Freight), "label": "", "due": stamp(r.dueOf(ship))})
	}
}

func (r *returns) rejected(s *step, d schemas.Reject) {
	s.note("reason", d.Reason)
	s.note("evidence_ids", strings.Join(d.EvidenceIDs, ", "))
	s.say("%s refused line(s) %s: %s.", s.actor, lineList(s.lines), d.Reason)
	r.answered(true)
	done, open := sort2(s.lines, func(l *schemas.Line) bool { return l.Owed().Minor <= 0 && l.LeavesAs != schemas.OutcomeNone })
	for _, l := range done {
		r.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	if len(open) > 0 {
		r.reject(s, open, schemas.Rejection{By: s.actor, Reason: d.Reason, TextID: d.TextID, EvidenceIDs: d.EvidenceIDs, At: s.at})
	}
}

// approveIfOwedElseEscalate is the merchant's silence. It never ends a right of the customer's, and it refuses nothing.
func (r *returns) approveIfOwedElseEscalate(s *step) {
	owed, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.Verdict.Owed })
	if len(rest) > 0 {
		s.lines = rest
		r.escalate(s, 3, "return.review")
	}
	if len(owed) > 0 {
		s.rule = owed[0].Verdict.Rule
		s.say("Line(s) %s approved: the customer has a right to it, and nobody decided in time.", lineList(owed))
		r.answered(true)
		r.goOn(s, owed)
	}
	s.lines = append(owed, rest...)
}

// grantOwed is the last rung: what is owed is granted, what would have been goodwill lapses, and nothing is refused.
func (r *returns) grantOwed(s *step) {
	who := schemas.Operator
	owed, goodwill := sort2(s.lines, func(l *schemas.Line) bool { return l.Verdict.Owed || l.State == schemas.Appeal })
	for _, l := range owed {
		l.Approver = &who
		if l.State == schemas.Appeal {
			l.Deduction = r.money(0)
		}
	}
	r.answered(true)
	if len(owed) > 0 {
		s.say("Granted: line(s) %s.", lineList(owed))
		r.goOn(s, owed)
	}
	if len(goodwill) > 0 {
		s.say("Lapsed, for nobody decided on goodwill: line(s) %s.", lineList(goodwill))
		for _, l := range goodwill {
			r.leave(s, []*schemas.Line{l}, firstOutcome(l.LeavesAs, schemas.Unresolvable))
		}
		s.tell("case.expired", vars{"lines": linesVar(goodwill)})
	}
}

func firstOutcome(outcomes ...schemas.Outcome) schemas.Outcome {
	for _, o := range outcomes {
		if o != schemas.OutcomeNone {
			return o
		}
	}
	return schemas.OutcomeNone
}

// expire ends lines whose customer was silent. The claims are free again, so that a new request can be made.
func (r *returns) expire(s *step) {
	s.say("The customer did not answer; line(s) %s expire.", lineList(s.lines))
	s.tell("case.expired", vars{"lines": linesVar(s.lines)})
	r.end(s, s.lines, schemas.Expired)
}
