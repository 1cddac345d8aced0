package workflows

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return up to the approval: intake, questions, review, offers, refusal and appeal.

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

// mayOffer judges an alternative: rounds, amount, currency, and the limit of the role.
func (r *returns) mayOffer(s *step, d schemas.MakeOffer) *schemas.Refusal {
	total := r.owedFor(s.lines)
	for _, l := range s.lines {
		if l.Rounds >= r.Plan.MaxRounds {
			return &schemas.Refusal{Code: schemas.CodeNoRounds, Message: fmt.Sprintf("%d offers were made for line %s; approve, reject or escalate.", l.Rounds, l.LineID)}
		}
		switch {
		case d.What == schemas.OfferRefundOnly && (l.KeepsGoods || l.GoodsWith != schemas.TurnCustomer):
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("line %s does not come back anyway.", l.LineID)}
		case d.What == schemas.OfferWithReturn && !l.KeepsGoods:
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("line %s comes back anyway.", l.LineID)}
		case d.What == schemas.OfferSendBack && l.GoodsWith != schemas.TurnWarehouse:
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "what", Message: fmt.Sprintf("the goods of line %s are not at the warehouse.", l.LineID)}
		}
	}
	grants := total
	if d.Amount != nil {
		if d.Amount.Currency != r.Currency {
			return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "amount", Message: fmt.Sprintf("this case is in %s.", r.Currency)}
		}
		if d.Amount.Minor > total.Minor {
			return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "amount", Message: fmt.Sprintf("at most %s is left for these lines.", total)}
		}
		grants = *d.Amount
	}
	if d.What == schemas.OfferSendBack {
		return nil
	}
	return r.withinGoodwill(s, grants.Min(r.notOwed(s.lines)))
}

func (r *returns) offered(s *step, d schemas.MakeOffer) {
	total := r.putOffer(s, d)
	s.say("%s offers %s (%s) for line(s) %s.", s.actor, d.What, total, lineList(s.lines))
	r.answered(true)
	r.move(s, s.lines, schemas.Negotiating)
	s.tell("offer.made", vars{"lines": linesVar(s.lines), "what": string(d.What), "amount": amount(total), "due": stamp(r.dueOf(s.lines))})
}

// putOffer lays an offer on lines, its amount shared in the proportion of what each is owed.
func (r *returns) putOffer(s *step, d schemas.MakeOffer) schemas.Money {
	total := r.owedFor(s.lines)
	grants := total
	if d.Amount != nil {
		grants = *d.Amount
	}
	id := fmt.Sprintf("o%d", r.next("offer"))
	for i, part := range shareOut(grants.Minor, s.lines) {
		l := s.lines[i]
		l.Rounds++
		l.Offer = &schemas.Offer{OfferID: id, What: d.What, Amount: r.money(part), TextID: d.TextID, By: s.actor, MadeAt: s.at}
	}
	s.note("offer_id", id)
	return grants
}

// shareOut spreads an amount over lines in proportion to what each is owed; the last takes what rounding leaves over.
func shareOut(total int64, lines []*schemas.Line) []int64 {
	var weight int64
	for _, l := range lines {
		weight += l.Owed().Minor
	}
	parts := make([]int64, len(lines))
	left := total
	for i, l := range lines {
		if i == len(lines)-1 {
			parts[i] = left
			break
		}
		if weight > 0 {
			parts[i] = total * l.Owed().Minor / weight
		}
		left -= parts[i]
	}
	return parts
}

// mayAcceptOffer keeps the answer to what was offered: before an inspection there is no other choice.
func (r *returns) mayAcceptOffer(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if d.Choice != "" && s.lines[0].Offer != nil && d.Choice != string(s.lines[0].Offer.What) {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "choice", Message: fmt.Sprintf("%s was offered.", s.lines[0].Offer.What)}
	}
	return nil
}

func (r *returns) offerAccepted(s *step, _ schemas.AnswerOffer) {
	s.say("The customer accepts the offer for line(s) %s.", lineList(s.lines))
	for _, l := range s.lines {
		by := l.Offer.By
		l.Approver = &by
		switch l.Offer.What {
		case schemas.OfferPartialRefund:
			l.Deduction = l.Payable.Sub(l.Refunded).Sub(l.Offer.Amount)
			l.KeepsGoods = true
		case schemas.OfferRefundOnly:
			l.KeepsGoods = true
		case schemas.OfferWithReturn:
			l.KeepsGoods = false
		case schemas.OfferSendBack:
		}
	}
	r.goOn(s, s.lines)
}

func (r *returns) offerDeclined(s *step, d schemas.AnswerOffer) {
	s.say("The customer declines the offer for line(s) %s.", lineList(s.lines))
	r.backToReview(s, d.TextID)
}

func (r *returns) mayCounter(s *step, d schemas.CounterOffer) *schemas.Refusal {
	if d.Amount.Currency != r.Currency {
		return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "amount", Message: fmt.Sprintf("this case is in %s.", r.Currency)}
	}
	if total := r.owedFor(s.lines); d.Amount.Minor > total.Minor {
		return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "amount", Message: fmt.Sprintf("these lines cost %s.", total)}
	}
	return nil
}

func (r *returns) offerCountered(s *step, d schemas.CounterOffer) {
	s.note("counter", d.Amount.String())
	s.say("The customer declines the offer and asks for %s.", d.Amount)
	r.backToReview(s, d.TextID)
}

func (r *returns) backToReview(s *step, textID string) {
	if textID != "" {
		r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: textID})
	}
	for _, l := range s.lines {
		l.Offer = nil
	}
	r.move(s, s.lines, schemas.Review)
	s.staff("staff.task", r.Owner, vars{"task": "offer_answered", "due": stamp(r.dueOf(s.lines))})
}

// offerLapses is the customer's silence on an offer. It never consents; the original wish stands.
func (r *returns) offerLapses(s *step) {
	s.say("The offer for line(s) %s lapses.", lineList(s.lines))
	r.backToReview(s, "")
	s.tell("offer.lapsed", vars{"lines": linesVar(s.lines)})
}

// mayAppeal gives one appeal.
func (r *returns) mayAppeal(s *step, _ schemas.FileAppeal) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Rejection != nil && l.Rejection.Final {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: "an appeal was decided already; the platform, the regulator or a court can be asked."}
		}
	}
	return nil
}

func (r *returns) appealed(s *step, d schemas.FileAppeal) {
	if d.TextID != "" || len(d.EvidenceIDs) > 0 {
		r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID, Evidence: d.EvidenceIDs})
	}
	s.say("The customer appeals for line(s) %s.", lineList(s.lines))
	r.toAppeal(s)
}

// toAppeal puts lines before a supervisor.
func (r *returns) toAppeal(s *step) {
	for _, l := range s.lines {
		if l.Rejection != nil {
			l.Rejection.Appealed = true
		}
	}
	r.move(s, s.lines, schemas.Appeal)
	r.Level = max(r.Level, 3)
	s.tell("appeal.filed", vars{"lines": linesVar(s.lines), "due": stamp(r.dueOf(s.lines))})
	s.staff("staff.escalated", r.personAt(3).ID, vars{"level": levelName(3), "reason": "appeal", "due": stamp(r.dueOf(s.lines))})
}

// mayDecideAppeal wants another person than the one who refused.
func (r *returns) mayDecideAppeal(s *step, _ schemas.DecideAppeal) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Rejection != nil {
			if refusal := fourEyes(&l.Rejection.By, s.actor, "refused it"); refusal != nil {
				return refusal
			}
		}
	}
	return nil
}

func (r *returns) appealDecided(s *step, d schemas.DecideAppeal) {
	decision := "refused"
	if d.Grant {
		decision = "granted"
	}
	s.note("reason", d.Reason)
	s.say("%s %s the appeal for line(s) %s: %s.", s.actor, decision, lineList(s.lines), d.Reason)
	s.tell("appeal.decided", vars{"lines": linesVar(s.lines), "decision": decision, "reason": d.Reason})
	who := s.actor
	if d.Grant {
		for _, l := range s.lines {
			l.Approver, l.Rejection, l.Deduction = &who, nil, r.money(0)
		}
		r.goOn(s, s.lines)
		return
	}
	for _, l := range s.lines {
		if l.Rejection == nil {
			l.Rejection = &schemas.Rejection{By: who, Reason: d.Reason, At: s.at}
		}
		l.Rejection.Final = true
	}
	// After a failed inspection the customer still chooses between less money and the goods; otherwise the refusal stands.
	inspected, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.Finding != "" && l.Offer != nil })
	r.move(s, inspected, schemas.InspectionFailed)
	r.leave(s, rest, schemas.RejectedFinal)
}

// appealClimbs turns to level 4; after that the operator grants the appeal.
func (r *returns) appealClimbs(s *step) {
	r.raise(s, 4, "appeal")
	r.startOn(s, s.lines, "return.appeal_again", "the operator grants the appeal")
}

func (r *returns) appealLapses(s *step) {
	s.name, s.actor = schemas.EventLastRung, schemas.Operator
	s.say("Nobody decided the appeal.")
	r.grantOwed(s)
}

// refusalStands ends a refusal that the customer did not appeal against.
func (r *returns) refusalStands(s *step) {
	s.say("The refusal of line(s) %s is final.", lineList(s.lines))
	r.leave(s, s.lines, schemas.RejectedFinal)
}

// leave ends lines with an outcome that leaves the goods with the customer: where they are with us, they travel back first.
func (r *returns) leave(s *step, lines []*schemas.Line, outcome schemas.Outcome) {
	here, there := sort2(lines, func(l *schemas.Line) bool { return l.GoodsWith == schemas.TurnWarehouse && !noGoods(l) })
	for _, l := range here {
		l.LeavesAs = outcome
	}
	r.move(s, here, schemas.SendBack)
	r.end(s, there, outcome)
}

// noGoods reports whether nothing was in the parcel that could be sent back.
func noGoods(l *schemas.Line) bool {
	return l.Finding == schemas.FindingEmpty || l.Finding == schemas.FindingMissing
}

// mayWithdraw refuses once money has moved.
func (r *returns) mayWithdraw(s *step, _ schemas.Withdraw) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Refunded.Minor > 0 || r.underWay(l) > 0 {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the refund of line %s is under way or done; it cannot be withdrawn any more.", l.LineID)}
		}
		if l.State == schemas.SendBack {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("the goods of line %s are on their way back to the customer.", l.LineID)}
		}
	}
	return nil
}

// withdrawn takes the wish back. Goods under way come in first and then travel back.
func (r *returns) withdrawn(s *step, d schemas.Withdraw) {
	if d.Reason != "" {
		s.note("reason", d.Reason)
	}
	s.say("The customer withdraws line(s) %s.", lineList(s.lines))
	for _, a := range r.Approvals {
		if a.DecidedBy == nil && r.allIn(a.Lines, s.lines) {
			who := s.actor
			a.DecidedBy, a.Reason = &who, "withdrawn"
			r.stopApproval(a)
		}
	}
	moving, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.State == schemas.ReturnInTransit })
	for _, l := range moving {
		l.LeavesAs = schemas.Withdrawn
	}
	r.leave(s, rest, schemas.Withdrawn)
	s.tell("case.withdrawn", vars{"lines": linesVar(s.lines)})
}

func (r *returns) allIn(picks []schemas.PickLine, lines []*schemas.Line) bool {
	for _, p := range picks {
		if !contains(lineIDs(lines), p.LineID) {
			return false
		}
	}
	return true
}
