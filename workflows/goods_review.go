package workflows

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return up to the decision: intake, questions, approval and refusal.

// takenIn sends each line where its verdict points. Nothing is refused here: what is out of window goes to a person too.
func (g *goods) takenIn(s *step) {
	for _, l := range s.lines {
		l.Undecided = false
	}
	atReview := g.Opening.Predecessor != nil && g.Opening.Predecessor.AtReview
	lacking, rest := sort2(s.lines, func(l *schemas.Line) bool {
		return !atReview && len(l.Verdict.Evidence) > 0 && len(g.Evidence) == 0
	})
	auto, review := sort2(rest, func(l *schemas.Line) bool {
		return !atReview && !g.held(schemas.AutomationHold) && l.Verdict.Auto && l.Verdict.Proposal == schemas.ProposeApprove
	})
	if len(lacking) > 0 {
		g.askFor(s, lacking, lacking[0].Verdict.Evidence)
	}
	if len(auto) > 0 {
		s.rule = auto[0].Verdict.Rule
		g.goOn(s, auto)
		g.answered(true)
	}
	g.move(s, review, schemas.Review)
	for _, l := range s.lines {
		s.note("verdict."+l.LineID, fmt.Sprintf("%s by %s (%s)", l.Verdict.Proposal, l.Verdict.Rule, l.Verdict.Reason))
	}
	s.say("Taken in: %d line(s) go on, with %s.", len(s.lines), g.Owner)
}

func (g *goods) alertOps(s *step) {
	s.name = schemas.EventOpsAlert
	s.say("The system's own work takes longer than it should.")
	if len(s.lines) == 0 {
		return
	}
	k := g.startOn(s, s.lines, "system", "ops are alerted")
	if due := g.parkedUntil(s.lines); due.After(k.Due) {
		k.Due = due // whoever frees the parked step is told by the step's own clock
	}
}

// askFor waits for the customer's evidence.
func (g *goods) askFor(s *step, lines []*schemas.Line, wanted []string) {
	g.move(s, lines, schemas.WaitInfo)
	list := strings.Join(wanted, ", ")
	s.note("wanted", list)
	s.tell("info.missing", vars{"wanted": list, "due": stamp(g.dueOf(lines))})
}

func (g *goods) infoRequested(s *step, d schemas.RequestInfo) {
	g.answered(false)
	s.say("%s asks for %s.", s.actor, strings.Join(d.Wanted, ", "))
	g.askFor(s, s.lines, d.Wanted)
}

// infoGiven answers the question, and the lines go to review.
func (g *goods) infoGiven(s *step, d schemas.ProvideInfo) {
	g.evidenceAdded(s, d)
	g.move(s, s.lines, schemas.Review)
}

// evidenceAdded keeps what the customer sends, in any state.
func (g *goods) evidenceAdded(s *step, d schemas.ProvideInfo) {
	g.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID, Evidence: d.EvidenceIDs})
	s.say("The customer sent %d piece(s) of evidence.", len(d.EvidenceIDs))
	s.staff("staff.message", g.Owner, vars{"text_id": d.TextID})
}

// amended brings a refused line back to review with what the customer added, unless an appeal was decided.
func (g *goods) amended(s *step, d schemas.ProvideInfo) {
	g.evidenceAdded(s, d)
	open, _ := sort2(s.lines, func(l *schemas.Line) bool { return l.Rejection == nil || !l.Rejection.Final })
	left, open := sort2(open, leftRefused)
	if len(left) > 0 {
		s.lines = left
		g.toAppeal(s) // its line is not under review: what is new is about the money
	}
	g.move(s, open, schemas.Review)
}

// mayApprove holds a person to the role's limit for what the customer has no right to, and wants something that can be granted.
func (g *goods) mayApprove(s *step, _ schemas.Approve) *schemas.Refusal {
	if empty, rest := sort2(s.lines, g.nothingToGrant); len(rest) == 0 {
		return g.refuseEmpty(empty)
	}
	return g.withinGoodwill(s, g.notOwed(s.lines))
}

// nothingToGrant reports whether nothing can be paid for a line: its units were paid before, another case holds them, or there are
// none. An article that cost nothing can come back all the same.
func (g *goods) nothingToGrant(l *schemas.Line) bool {
	return (g.refusesEmptyGrants() || l.Short != nil) && l.LeavesAs == schemas.OutcomeNone && l.Payable.Sub(l.Refunded).Minor <= 0 && (len(l.Units) == 0 || l.UnitPrice.Minor > 0)
}

func (g *goods) refuseEmpty(lines []*schemas.Line) *schemas.Refusal {
	why := ""
	if code := lines[0].Code; code != "" {
		why = fmt.Sprintf(" (%s)", code)
	}
	return &schemas.Refusal{Code: schemas.CodeNothingLeft, Field: "lines", Message: fmt.Sprintf(
		"nothing can be refunded for line(s) %s%s; answer the customer with case.reply, or refuse with review.reject and the reason.", lineList(lines), why)}
}

func (g *goods) notOwed(lines []*schemas.Line) schemas.Money {
	sum := g.money(0)
	for _, l := range lines {
		if !l.Verdict.Owed {
			sum = sum.Add(l.Owed())
		}
	}
	return sum
}

func (g *goods) approved(s *step, d schemas.Approve) {
	who := s.actor
	empty, lines := sort2(s.lines, g.nothingToGrant)
	s.lines = lines
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
	for _, l := range s.lines {
		if l.Code != "" {
			s.say("Of line %s no more than %d can be refunded, %s (%s).", l.LineID, l.Quantity, l.Owed(), l.Code)
		}
	}
	if len(empty) > 0 {
		s.say("Line(s) %s stay in review: nothing can be refunded for them.", lineList(empty))
	}
	g.answered(true)
	g.goOn(s, s.lines)
}

// mayReject wants nobody outside to be looking at the case.
func (g *goods) mayReject(s *step, _ schemas.Reject) *schemas.Refusal { return g.refusesNothing(s) }

func (g *goods) rejected(s *step, d schemas.Reject) {
	s.note("reason", d.Reason)
	s.note("evidence_ids", strings.Join(d.EvidenceIDs, ", "))
	s.say("%s refused line(s) %s: %s.", s.actor, lineList(s.lines), d.Reason)
	g.answered(true)
	done, open := sort2(s.lines, func(l *schemas.Line) bool { return l.Owed().Minor <= 0 && l.LeavesAs != schemas.OutcomeNone })
	for _, l := range done {
		g.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	if len(open) > 0 {
		g.reject(s, open, schemas.Rejection{By: s.actor, Reason: d.Reason, TextID: d.TextID, EvidenceIDs: d.EvidenceIDs, At: s.at})
	}
}

// approveIfOwedElseEscalate is the merchant's silence. It never ends a right of the customer's, and it refuses nothing.
func (g *goods) approveIfOwedElseEscalate(s *step) {
	owed, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.Verdict.Owed && !g.held(schemas.AutomationHold) })
	if len(rest) > 0 {
		s.lines = rest
		g.escalate(s, 3, g.named("review"))
	}
	if len(owed) > 0 {
		s.rule = owed[0].Verdict.Rule
		s.say("Line(s) %s approved: the customer has a right to it, and nobody decided in time.", lineList(owed))
		g.answered(true)
		g.goOn(s, owed)
	}
	s.lines = append(owed, rest...)
}

// grantOwed is the last rung: what is owed is granted, what would have been goodwill lapses, and nothing is refused.
func (g *goods) grantOwed(s *step) {
	if g.held(schemas.AutomationHold) {
		s.say("Nothing is granted by itself while a %s stands.", schemas.AutomationHold)
		return
	}
	who := schemas.Operator
	owed, goodwill := sort2(s.lines, func(l *schemas.Line) bool { return l.Verdict.Owed || l.State == schemas.Appeal })
	for _, l := range owed {
		l.Approver = &who
		if l.State == schemas.Appeal && !leftRefused(l) {
			l.Deduction = g.money(0)
		}
	}
	g.answered(true)
	if len(owed) > 0 {
		s.say("Granted: line(s) %s.", lineList(owed))
		g.goOn(s, owed)
	}
	if len(goodwill) > 0 {
		s.say("Lapsed, for nobody decided on goodwill: line(s) %s.", lineList(goodwill))
		for _, l := range goodwill {
			g.leave(s, []*schemas.Line{l}, firstOutcome(l.LeavesAs, schemas.Unresolvable))
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

// expire ends lines whose customer was silent. The claims are free again, so that a new request can be made. Goods that came unasked while
// the customer was asked for information are not forgotten: a person decides about them.
func (g *goods) expire(s *step) {
	maySend, rest := sort2(s.lines, func(l *schemas.Line) bool {
		asked := s.clock != nil && s.clock.Name == unseenClock
		return g.handsOverLabels() && !asked && l.State == schemas.WaitInfo && l.GoodsWith == schemas.TurnCustomer && g.mayBeSent(l)
	})
	g.askAbout(s, maySend, g.applyUnasked, schemas.WaitInfo)
	if s.lines = rest; len(rest) > 0 {
		g.unanswered(s)
	}
	s.lines = append(maySend, rest...)
}

// unanswered ends lines of whose goods nobody knows anything.
func (g *goods) unanswered(s *step) {
	came, rest := sort2(s.lines, func(l *schemas.Line) bool {
		return g.noticesGoodsUnasked() && l.State == schemas.WaitInfo && l.GoodsWith != schemas.TurnCustomer
	})
	if len(came) > 0 {
		s.say("The customer did not answer, but the goods of line(s) %s have left them: somebody decides.", lineList(came))
		g.move(s, came, schemas.Review)
	}
	withdrawn, rest := sort2(rest, func(l *schemas.Line) bool { return g.asksBeforeWithdrawing() && l.LeavesAs == schemas.Withdrawn })
	if len(withdrawn) > 0 {
		s.say("Line(s) %s were never sent; they are withdrawn.", lineList(withdrawn))
		g.end(s, withdrawn, schemas.Withdrawn)
	}
	if len(rest) == 0 {
		return
	}
	s.lines = rest
	s.say("The customer did not answer; line(s) %s expire.", lineList(s.lines))
	s.tell("case.expired", vars{"lines": linesVar(s.lines)})
	before, rest := sort2(rest, func(l *schemas.Line) bool { return g.expiresAsItHadEnded() && l.LeavesAs != schemas.OutcomeNone })
	for _, l := range before {
		g.end(s, []*schemas.Line{l}, l.LeavesAs)
	}
	g.end(s, rest, schemas.Expired)
}
