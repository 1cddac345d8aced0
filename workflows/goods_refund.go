package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return once the money moves.

// payOutNow is the last rung of an approved refund that nobody ordered.
func (g *goods) payOutNow(s *step) {
	for _, a := range g.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund {
			g.grant(s, a, schemas.Operator, "last_rung")
		}
	}
}

func (g *goods) refundSucceeded(s *step, w schemas.RefundWord) {
	g.wordOn(s, w, schemas.RefundSucceeded)
}

func (g *goods) refundDidNotSucceed(s *step, w schemas.RefundWord) {
	g.wordOn(s, w, schemas.RefundFailedWord)
}

func (g *goods) refundCameBack(s *step, w schemas.RefundWord) {
	g.wordOn(s, w, schemas.RefundReversed)
}

// wordOn applies a provider's fact to the refund it names. A refund this case does not know is kept as a late fact.
func (g *goods) wordOn(s *step, w schemas.RefundWord, status schemas.RefundStatus) {
	f := g.refund(w.RefundID)
	if f == nil {
		s.note("fact", s.name)
		s.name = schemas.EventLateFact
		s.say("Refund %s is not of this case.", w.RefundID)
		return
	}
	if status == schemas.RefundSucceeded {
		// It is looked up before the case counts it as settled (finishRefund).
		g.providerSaid(s, f, status, w.Code)
		return
	}
	s.note("refund_id", f.RefundID)
	s.say("The provider reports %s of %s; it is asked.", status, f.RefundID)
	g.verify(f, status, w.Code)
}

// verify looks up a refund that is said not to have reached the customer. Anybody may send a fact; and the ledger must have the
// word before anybody orders the refund again, pays it by hand or sends it elsewhere. A provider that does not answer is
// taken by its first word.
func (g *goods) verify(f *schemas.Refund, said schemas.RefundStatus, code schemas.Code) {
	q := schemas.RefundQuestion{CaseID: g.CaseID, MerchantID: g.Opening.Request.MerchantID, OrderID: g.Opening.Request.OrderID, RefundID: f.RefundID, At: g.now()}
	g.effect(schemas.RefundLookup.Name, f.RefundID+"/"+string(said), func(ctx workflow.Context) {
		receipt, err := do(ctx, g.Case, schemas.RefundLookup, f.RefundID, q)
		if err != nil || receipt.Status == schemas.RefundUnknown {
			receipt.Status, receipt.Code = said, code
		}
		if receipt.Status == f.Status {
			return
		}
		s := g.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
		s.lines = g.linesPaidBy(f)
		if g.ClosedAt != nil {
			s.say("The provider says %s of %s after the case has ended.", receipt.Status, f.RefundID)
		} else {
			g.providerSaid(s, f, receipt.Status, receipt.Code)
		}
		g.settle(s)
	})
}

// pollRefund asks the provider about every refund of these lines that has no final word. After some days people are asked
// to look too; the asking goes on.
func (g *goods) pollRefund(s *step) {
	if len(s.lines) == 0 {
		g.pollBeforeTheEnd(s)
		return
	}
	if age := s.at.Sub(oldest(s.lines)); age > g.Plan.Clocks[g.named("refund_processing_max")].After.D() {
		g.raise(s, 3, "refund_processing")
		for _, p := range g.Plan.People[schemas.RoleFinance] {
			s.staff("staff.task", p.ID, vars{"task": "refund_processing", "due": stamp(s.at)})
			break
		}
	}
	g.startOn(s, s.lines, g.named("refund_poll"), pollSays)
	s.say("The provider is asked about line(s) %s.", lineList(s.lines))
	for _, f := range g.Refunds {
		pending := f.Status == schemas.RefundRequested || f.Status == schemas.RefundAccepted || f.Status == schemas.RefundUnknown
		if pending && !f.Held && g.paysAny(f, s.lines) {
			g.lookUp(f)
		}
	}
}

const pollSays = "the provider is asked again"

// pollBeforeTheEnd asks the provider about refunds that keep a case from closing, although its lines have ended. Finance looks too.
func (g *goods) pollBeforeTheEnd(s *step) {
	if w := g.parkedStep(s.clock.Trigger); w != nil {
		g.pollParked(s, w)
		return
	}
	if !g.Closing {
		return
	}
	s.say("The provider is asked about what is still on its way.")
	if g.staysForWhatItAsked() && s.clock.Trigger != "again" { // of an older case nobody was told
		g.tellFinance(s, "refund_processing")
	}
	g.startClock(s, g.named("refund_poll"), pollSays).Trigger = "again"
	for _, f := range g.Refunds {
		if g.ours(f.RefundID) && g.inFlight(f) {
			g.lookUp(f)
		}
	}
}

func (g *goods) paysAny(f *schemas.Refund, lines []*schemas.Line) bool {
	for _, l := range lines {
		if g.paysFor(f, l) {
			return true
		}
	}
	return false
}

func oldest(lines []*schemas.Line) time.Time {
	first := lines[0].Since
	for _, l := range lines {
		if l.Since.Before(first) {
			first = l.Since
		}
	}
	return first
}

// dispose brings inspected goods where they belong, and lets units be settled on the way; it reports whether they are. A failure is a task
// of the owner's: the customer's case does not wait for our shelves.
func (g *goods) dispose(ctx workflow.Context, lines []*schemas.Line, key string, settle []schemas.LineUnits, has []schemas.Replaced) (settled bool) {
	goods := inspectedOf(lines)
	if len(goods) == 0 {
		return false
	}
	order := g.disposal(key, goods)
	order.Settle, order.Replaced = settle, has
	return g.bringAway(ctx, order, lines)
}

// inspectedOf lists what was inspected of lines and not brought away yet, and marks it as brought away.
func inspectedOf(lines []*schemas.Line) []schemas.Disposal {
	var goods []schemas.Disposal
	for _, l := range lines {
		if l.GoodsWith != schemas.TurnWarehouse || l.Disposition == "" || l.Disposed || noGoods(l) {
			continue
		}
		l.Disposed = true
		// No more goods are booked than the line has units, whatever was asked for.
		quantity := l.Quantity
		if len(l.Units) > 0 {
			quantity = min(quantity, len(l.Units))
		}
		goods = append(goods, schemas.Disposal{LineID: l.LineID, SKU: or(l.BackSKU, l.SKU), Quantity: quantity, Disposition: l.Disposition})
		if l.BackSKU != "" && l.Replacement != nil && l.Replacement.Both {
			// The old article came along with the replacement that was rejected.
			goods = append(goods, schemas.Disposal{LineID: l.LineID, SKU: l.SKU, Quantity: quantity, Disposition: l.Disposition})
		}
	}
	return goods
}

// placedIn is the same goods in another place.
func placedIn(goods []schemas.Disposal, where schemas.Disposition) []schemas.Disposal {
	moved := append([]schemas.Disposal(nil), goods...)
	for i := range moved {
		moved[i].Disposition = where
	}
	return moved
}

// mayRetry wants a refund that has failed.
func (g *goods) mayRetry(_ *step, d schemas.RetryRefund) *schemas.Refusal {
	if refusal := g.mayTouch(d.RefundID); refusal != nil {
		return refusal
	}
	if f := g.chosenRefund(d.RefundID); d.Method != "" && d.Method != f.Method {
		return g.mayGoElsewhere(f)
	}
	return nil
}

// mayGoElsewhere keeps money from being sent a second way while the provider may hold something under the first number.
func (g *goods) mayGoElsewhere(f *schemas.Refund) *schemas.Refusal {
	if f == nil || !f.Unsure {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("the provider may hold something under %s; ask it again with step.retry, or record what was paid by hand.", f.RefundID)}
}

// mayPayByHand wants a refund that has failed and no second person's decision pending on it.
func (g *goods) mayPayByHand(_ *step, d schemas.ManualPaid) *schemas.Refusal {
	return g.mayTouch(d.RefundID)
}

func (g *goods) mayTouch(refundID string) *schemas.Refusal {
	if refusal := g.onHold(schemas.RefundHold, "nothing is paid"); refusal != nil {
		return refusal
	}
	f := g.chosenRefund(refundID)
	if f == nil {
		return &schemas.Refusal{Code: schemas.CodeUnknownRefund, Field: "refund_id", Message: "no failed refund of this case has this number."}
	}
	for _, a := range g.Approvals {
		if a.DecidedBy == nil && a.RefundID == f.RefundID {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("a second person's decision on %s is open already.", f.RefundID)}
		}
	}
	return nil
}

// chosenRefund finds a failed refund by number, or the first one.
func (g *goods) chosenRefund(id string) *schemas.Refund {
	for _, f := range g.failedRefunds() {
		if id == "" || f.RefundID == id {
			return f
		}
	}
	return nil
}

// retried asks for a failed refund again. With another destination the old number is given up first and the new one needs
// a second person: sending money to a new account is what fraud looks like.
func (g *goods) retried(s *step, d schemas.RetryRefund) {
	f := g.chosenRefund(d.RefundID)
	if d.Method == "" || d.Method == f.Method {
		for _, failed := range g.failedRefunds() {
			if d.RefundID == "" || failed.RefundID == d.RefundID {
				g.again(s, failed)
			}
		}
		return
	}
	s.note("method", d.Method)
	s.say("%s asks to pay %s to another account.", s.actor, f.RefundID)
	proposal := &schemas.Approval{Subject: subjectOtherAccount, Amount: f.Amount, RefundID: f.RefundID, Method: d.Method, Proposer: s.actor}
	if !g.asksTheBooks() {
		g.openApproval(s, proposal)
		return
	}
	g.proposeElsewhere(f, proposal)
}

// proposeElsewhere asks a second person about another account once our database knows it as this customer's. Nobody is asked to grant
// what cannot be paid.
func (g *goods) proposeElsewhere(f *schemas.Refund, proposal *schemas.Approval) {
	r := g.Opening.Request
	key := fmt.Sprintf("%s/method/%d", g.CaseID, g.next("method"))
	question := schemas.MethodQuestion{MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID, Method: proposal.Method}
	g.effect(schemas.MethodKnown.Name, key, func(ctx workflow.Context) {
		judged, err := do(ctx, g.Case, schemas.MethodKnown, key, question)
		refusal := judged.Refusal
		if err != nil {
			refusal = asRefusal(err)
		}
		if refusal == nil {
			refusal = g.mayTouch(f.RefundID)
		}
		s := g.begin(schemas.EventApprovalAsked, schemas.System, schemas.DoorSystem)
		s.lines = g.linesPaidBy(f)
		s.note("refund_id", f.RefundID)
		s.note("method", proposal.Method)
		if refusal != nil {
			s.name = schemas.EventRefused
			s.note("name", schemas.RefundRetry.Name)
			s.note("code", string(refusal.Code))
			s.say("%s does not go to another account: %s", f.RefundID, refusal.Message)
			s.staff("staff.task", proposal.Proposer.ID, vars{"task": "method_unknown", "due": stamp(g.firstDue())})
			g.settle(s)
			return
		}
		g.openApproval(s, proposal)
		g.settle(s)
	})
}

// paidByHand records that finance paid outside the provider. It counts once a second person has granted it.
func (g *goods) paidByHand(s *step, d schemas.ManualPaid) {
	f := g.chosenRefund(d.RefundID)
	s.note("refund_id", f.RefundID)
	s.note("proof_id", d.ProofID)
	s.say("%s paid %s by hand.", s.actor, f.RefundID)
	g.openApproval(s, &schemas.Approval{Subject: subjectByHand, Amount: f.Amount, RefundID: f.RefundID, ProofID: d.ProofID, Proposer: s.actor})
}

// retryByItself asks again for refunds that failed for want of balance.
func (g *goods) retryByItself(s *step) {
	if g.held(schemas.RefundHold) {
		s.say("It is asked for again when no %s stands any more.", schemas.RefundHold)
		return
	}
	for _, f := range g.failedRefunds() {
		if f.Code == schemas.CodeBalance {
			g.again(s, f)
		}
	}
}

// refundParked tells the next level about money that cannot be delivered. The case is never closed unpaid.
func (g *goods) refundParked(s *step) {
	level, next, then := 3, g.named("refund_failed_again"), "the manager at level 4 is told"
	if s.clock.Name != g.named("refund_failed") {
		level, next, then = 4, g.named("refund_parked"), "the manager at level 4 is told again"
	}
	s.say("The refund for line(s) %s still cannot be delivered.", lineList(s.lines))
	g.startOn(s, s.lines, next, then)
	g.raise(s, level, "refund_failed")
}
