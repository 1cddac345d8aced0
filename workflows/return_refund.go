package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return once the money moves.

// payOutNow is the last rung of an approved refund that nobody ordered.
func (r *returns) payOutNow(s *step) {
	for _, a := range r.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund {
			r.grant(s, a, schemas.Operator, "last_rung")
		}
	}
}

func (r *returns) refundSucceeded(s *step, w schemas.RefundWord) {
	r.wordOn(s, w, schemas.RefundSucceeded)
}

func (r *returns) refundDidNotSucceed(s *step, w schemas.RefundWord) {
	r.wordOn(s, w, schemas.RefundFailedWord)
}

func (r *returns) refundCameBack(s *step, w schemas.RefundWord) {
	r.wordOn(s, w, schemas.RefundReversed)
}

// wordOn applies a provider's fact to the refund it names. A refund this case does not know is kept as a late fact.
func (r *returns) wordOn(s *step, w schemas.RefundWord, status schemas.RefundStatus) {
	f := r.refund(w.RefundID)
	if f == nil {
		s.note("fact", s.name)
		s.name = schemas.EventLateFact
		s.say("Refund %s is not of this case.", w.RefundID)
		return
	}
	if status == schemas.RefundSucceeded {
		// It is looked up before the case counts it as settled (finishRefund).
		r.providerSaid(s, f, status, w.Code)
		return
	}
	s.note("refund_id", f.RefundID)
	s.say("The provider reports %s of %s; it is asked.", status, f.RefundID)
	r.verify(f, status, w.Code)
}

// verify looks up a refund that is said not to have reached the customer. Anybody may send a fact; and the ledger must have the
// word before anybody orders the refund again, pays it by hand or sends it elsewhere. A provider that does not answer is
// taken by its first word.
func (r *returns) verify(f *schemas.Refund, said schemas.RefundStatus, code schemas.Code) {
	q := schemas.RefundQuestion{CaseID: r.CaseID, MerchantID: r.Opening.Request.MerchantID, OrderID: r.Opening.Request.OrderID, RefundID: f.RefundID, At: r.now()}
	r.effect(schemas.RefundLookup.Name, f.RefundID+"/"+string(said), func(ctx workflow.Context) {
		receipt, err := do(ctx, r.Case, schemas.RefundLookup, f.RefundID, q)
		if err != nil || receipt.Status == schemas.RefundUnknown {
			receipt.Status, receipt.Code = said, code
		}
		if receipt.Status == f.Status {
			return
		}
		s := r.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
		s.lines = r.linesPaidBy(f)
		if r.ClosedAt != nil {
			s.say("The provider says %s of %s after the case has ended.", receipt.Status, f.RefundID)
		} else {
			r.providerSaid(s, f, receipt.Status, receipt.Code)
		}
		r.settle(s)
	})
}

// pollRefund asks the provider about every refund of these lines that has no final word. After some days people are asked
// to look too; the asking goes on.
func (r *returns) pollRefund(s *step) {
	if age := s.at.Sub(oldest(s.lines)); age > r.Plan.Clocks["return.refund_processing_max"].After.D() {
		r.raise(s, 3, "refund_processing")
		for _, p := range r.Plan.People[schemas.RoleFinance] {
			s.staff("staff.task", p.ID, vars{"task": "refund_processing", "due": stamp(s.at)})
			break
		}
	}
	r.startOn(s, s.lines, "return.refund_poll", "the provider is asked again")
	s.say("The provider is asked about line(s) %s.", lineList(s.lines))
	for _, f := range r.Refunds {
		pending := f.Status == schemas.RefundRequested || f.Status == schemas.RefundAccepted || f.Status == schemas.RefundUnknown
		if pending && r.paysAny(f, s.lines) {
			r.lookUp(f)
		}
	}
}

func (r *returns) paysAny(f *schemas.Refund, lines []*schemas.Line) bool {
	for _, l := range lines {
		if paysFor(f, l) {
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

// finishRefund is the work of REFUNDED: the provider's word is looked up once more and booked with the units it settles, the
// goods go where they belong, and the customer is told.
func (r *returns) finishRefund(s *step) {
	lines := s.lines
	key := fmt.Sprintf("%s/settle/%d", r.CaseID, r.next("settle"))
	r.effect(schemas.RefundConfirm.Name, key, func(ctx workflow.Context) {
		for _, f := range r.Refunds {
			if f.Status == schemas.RefundSucceeded && !f.Confirmed && r.paysAny(f, lines) && !r.confirm(ctx, f) {
				return
			}
		}
		r.dispose(ctx, lines, key)
		done, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.Refunded })
		if len(done) == 0 {
			return
		}
		s := r.begin(schemas.EventDisposed, schemas.System, schemas.DoorSystem)
		s.lines = done
		paid, method := r.paidFor(done)
		s.say("Line(s) %s are settled: %s.", lineList(done), paid)
		if paid.Minor > 0 {
			s.tell("refund.done", vars{"amount": amount(paid), "method": method})
		}
		full, part := sort2(done, func(l *schemas.Line) bool { return l.Deduction.Minor == 0 })
		r.end(s, full, schemas.Completed)
		r.end(s, part, schemas.CompletedPartial)
		if len(r.inState(schemas.Received)) == 0 && len(r.inState(schemas.RefundApproved)) == 0 && len(r.inState(schemas.RefundProcessing)) == 0 {
			r.stopClock("law.refund")
		}
		r.settle(s)
	})
}

// paidFor sums up what was paid for lines, and where to: one method, or simply the way it came where there were several.
func (r *returns) paidFor(lines []*schemas.Line) (schemas.Money, string) {
	paid, method := r.money(0), ""
	for _, f := range r.Refunds {
		if !r.paysAny(f, lines) || f.Status == schemas.RefundCancelled {
			continue
		}
		paid = paid.Add(f.Amount)
		if method == "" {
			method = f.Method
		} else if method != f.Method {
			method = schemas.SettleOriginal
		}
	}
	return paid, method
}

// confirm looks a refund up that was reported as succeeded. A report that the provider does not stand by is taken back.
func (r *returns) confirm(ctx workflow.Context, f *schemas.Refund) bool {
	q := schemas.RefundQuestion{
		CaseID: r.CaseID, MerchantID: r.Opening.Request.MerchantID, OrderID: r.Opening.Request.OrderID, RefundID: f.RefundID,
		Units: unitsOf(r.linesPaidBy(f)), At: r.now(),
	}
	receipt, err := do(ctx, r.Case, schemas.RefundConfirm, f.RefundID, q)
	if r.stuckOn(err, schemas.RefundConfirm.Name, f.RefundID) {
		return false
	}
	if f.Status != schemas.RefundSucceeded {
		return false // a word that came meanwhile has taken it back already
	}
	if receipt.Status == schemas.RefundSucceeded {
		f.Confirmed = true
		return true
	}
	s := r.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
	s.lines = r.linesPaidBy(f)
	s.say("The provider does not stand by the success of %s: it says %s.", f.RefundID, receipt.Status)
	s.note("refund_id", f.RefundID)
	r.credit(f, -1)
	f.Status, f.Code = receipt.Status, receipt.Code
	switch receipt.Status {
	case schemas.RefundFailedWord:
		r.refundFailed(s, f, receipt.Code)
	case schemas.RefundReversed:
		s.tell("refund.reversed", vars{"amount": amount(f.Amount)})
		r.refundFailed(s, f, schemas.CodeReversed)
	default:
		r.move(s, s.lines, schemas.RefundProcessing)
	}
	r.settle(s)
	return false
}

// dispose brings inspected goods where they belong. A failure is a task of the owner's: the customer's case does not wait
// for our shelves.
func (r *returns) dispose(ctx workflow.Context, lines []*schemas.Line, key string) {
	var goods []schemas.Disposal
	for _, l := range lines {
		if l.GoodsWith == schemas.TurnWarehouse && l.Disposition != "" && !l.Disposed && !noGoods(l) {
			l.Disposed = true
			goods = append(goods, schemas.Disposal{LineID: l.LineID, SKU: l.SKU, Quantity: l.Quantity, Disposition: l.Disposition})
		}
	}
	if len(goods) == 0 {
		return
	}
	order := schemas.DisposeOrder{Key: key, CaseID: r.CaseID, MerchantID: r.Opening.Request.MerchantID, Goods: goods, At: r.now()}
	_, err := do(ctx, r.Case, schemas.GoodsDispose, key, order)
	r.stuckOn(err, schemas.GoodsDispose.Name, key)
}

// mayRetry wants a refund that has failed.
func (r *returns) mayRetry(_ *step, d schemas.RetryRefund) *schemas.Refusal {
	return r.mayTouch(d.RefundID)
}

// mayPayByHand wants a refund that has failed and no second person's decision pending on it.
func (r *returns) mayPayByHand(_ *step, d schemas.ManualPaid) *schemas.Refusal {
	return r.mayTouch(d.RefundID)
}

func (r *returns) mayTouch(refundID string) *schemas.Refusal {
	f := r.chosenRefund(refundID)
	if f == nil {
		return &schemas.Refusal{Code: schemas.CodeUnknownRefund, Field: "refund_id", Message: "no failed refund of this case has this number."}
	}
	for _, a := range r.Approvals {
		if a.DecidedBy == nil && a.RefundID == f.RefundID {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("a second person's decision on %s is open already.", f.RefundID)}
		}
	}
	return nil
}

// chosenRefund finds a failed refund by number, or the first one.
func (r *returns) chosenRefund(id string) *schemas.Refund {
	for _, f := range r.failedRefunds() {
		if id == "" || f.RefundID == id {
			return f
		}
	}
	return nil
}

// retried asks for a failed refund again. With another destination the old number is given up first and the new one needs
// a second person: sending money to a new account is what fraud looks like.
func (r *returns) retried(s *step, d schemas.RetryRefund) {
	f := r.chosenRefund(d.RefundID)
	if d.Method == "" || d.Method == f.Method {
		for _, failed := range r.failedRefunds() {
			if d.RefundID == "" || failed.RefundID == d.RefundID {
				r.again(s, failed)
			}
		}
		return
	}
	s.note("method", d.Method)
	s.say("%s asks to pay %s to another account.", s.actor, f.RefundID)
	r.openApproval(s, &schemas.Approval{Subject: subjectOtherAccount, Amount: f.Amount, RefundID: f.RefundID, Method: d.Method, Proposer: s.actor})
}

// paidByHand records that finance paid outside the provider. It counts once a second person has granted it.
func (r *returns) paidByHand(s *step, d schemas.ManualPaid) {
	f := r.chosenRefund(d.RefundID)
	s.note("refund_id", f.RefundID)
	s.note("proof_id", d.ProofID)
	s.say("%s paid %s by hand.", s.actor, f.RefundID)
	r.openApproval(s, &schemas.Approval{Subject: subjectByHand, Amount: f.Amount, RefundID: f.RefundID, ProofID: d.ProofID, Proposer: s.actor})
}

// retryByItself asks again for refunds that failed for want of balance.
func (r *returns) retryByItself(s *step) {
	for _, f := range r.failedRefunds() {
		if f.Code == schemas.CodeBalance {
			r.again(s, f)
		}
	}
}

// refundParked tells the next level about money that cannot be delivered. The case is never closed unpaid.
func (r *returns) refundParked(s *step) {
	level, next, then := 3, "return.refund_failed_again", "the manager at level 4 is told"
	if s.clock.Name != "return.refund_failed" {
		level, next, then = 4, "return.refund_parked", "the manager at level 4 is told again"
	}
	s.say("The refund for line(s) %s still cannot be delivered.", lineList(s.lines))
	r.startOn(s, s.lines, next, then)
	r.raise(s, level, "refund_failed")
}
