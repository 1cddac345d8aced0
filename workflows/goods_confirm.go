package workflows

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The end of a refund: the provider's first word is looked up once more before a line ends with it.

// finishRefund is the work of REFUNDED: the provider's word is looked up once more and booked with the units it settles, and the customer is
// told. Meanwhile the goods go where they belong: they have been looked at and are the shop's, whatever the provider says.
func (g *goods) finishRefund(s *step) {
	lines := s.lines
	key := g.keyAgain(schemas.RefundConfirm.Name, fmt.Sprintf("%s/settle/%d", g.CaseID, g.next("settle")))
	if g.shelvesBeside() {
		g.effect(schemas.GoodsDispose.Name, key, func(ctx workflow.Context) { g.dispose(ctx, lines, key, nil, nil) })
	}
	g.effect(schemas.RefundConfirm.Name, key, func(ctx workflow.Context) {
		g.confirmAll(ctx, lines, func(ctx workflow.Context, lines []*schemas.Line) {
			if !g.shelvesBeside() {
				g.dispose(ctx, lines, key, nil, nil)
			}
			g.endRefunded(lines)
		})
	})
}

// endRefunded ends lines whose money has come.
func (g *goods) endRefunded(lines []*schemas.Line) {
	done, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.Refunded })
	if len(done) == 0 {
		return
	}
	s := g.begin(schemas.EventDisposed, schemas.System, schemas.DoorSystem)
	s.lines = done
	paid, method := g.paidFor(done)
	s.say("Line(s) %s are settled: %s.", lineList(done), paid)
	if paid.Minor > 0 {
		s.tell("refund.done", vars{"amount": amount(paid), "method": method})
	}
	full, part := sort2(done, func(l *schemas.Line) bool { return l.Deduction.Minor == 0 && l.Short == nil })
	g.end(s, full, schemas.Completed)
	g.end(s, part, schemas.CompletedPartial)
	if g.dutyOfEachLine() || len(g.inState(schemas.Received)) == 0 && len(g.inState(schemas.RefundApproved)) == 0 && len(g.inState(schemas.RefundProcessing)) == 0 {
		g.endRefundDuty(s)
	}
	g.settle(s)
}

// paidFor sums up what was paid for lines, and where to: one method, or simply the way it came where there were several.
func (g *goods) paidFor(lines []*schemas.Line) (schemas.Money, string) {
	paid, method := g.money(0), ""
	for _, f := range g.Refunds {
		if !g.ours(f.RefundID) || !g.paysAny(f, lines) || f.Status == schemas.RefundCancelled {
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

// confirmAll looks up every refund of lines that was reported as succeeded, and goes on with the lines. A refund that the provider does not stand by
// keeps only its own lines back; so does one of which nobody can say anything, and they go on once somebody has freed the question.
func (g *goods) confirmAll(ctx workflow.Context, lines []*schemas.Line, goOn func(workflow.Context, []*schemas.Line)) {
	var gone []*schemas.Line
	confirmed := func(ctx workflow.Context) {
		now, _ := sort2(lines, func(l *schemas.Line) bool { return g.stoodBy(l) && !slices.Contains(gone, l) })
		if gone = append(gone, now...); len(now) > 0 {
			goOn(ctx, now)
		}
	}
	for _, f := range g.Refunds {
		if f.Status == schemas.RefundSucceeded && !f.Confirmed && g.paysAny(f, lines) && !g.confirmRefund(ctx, f, confirmed) && !g.confirmsEach() {
			return
		}
	}
	if g.confirmsEach() {
		confirmed(ctx)
		return
	}
	goOn(ctx, lines)
}

// stoodBy reports whether a line waits for nothing more than its end, with all of its money confirmed.
func (g *goods) stoodBy(l *schemas.Line) bool {
	atTheEnd := l.State == schemas.Refunded || l.State == schemas.Confirmed
	return atTheEnd && !slices.ContainsFunc(g.Refunds, func(f *schemas.Refund) bool {
		return f.Status == schemas.RefundSucceeded && !f.Confirmed && g.paysFor(f, l)
	})
}

// waitsAtTheEnd reports whether a line of an exchange has nothing left to wait for but its money.
func (c *Case) waitsAtTheEnd(l *schemas.Line) bool {
	return c.confirmsEach() && l.State == schemas.Confirmed
}

// confirmRefund looks a refund up that was reported as succeeded. A report that the provider does not stand by is taken back. Where the question is
// parked, what waited for this refund alone goes on by itself afterwards.
func (g *goods) confirmRefund(ctx workflow.Context, f *schemas.Refund, afterwards func(workflow.Context)) bool {
	q := schemas.RefundQuestion{
		CaseID: g.CaseID, MerchantID: g.Opening.Request.MerchantID, OrderID: g.Opening.Request.OrderID, RefundID: f.RefundID,
		Units: g.settledBy(f), At: g.now(),
	}
	receipt, err := do(ctx, g.Case, schemas.RefundConfirm, f.RefundID, q)
	untilFreed := func(ctx workflow.Context) bool {
		receipt, err := insistAfter(ctx, g.Case, schemas.RefundConfirm, f.RefundID, q, parking[schemas.RefundQuestion]{
			lines: g.linesPaidBy(f), moot: func() bool { return f.Status != schemas.RefundSucceeded },
		}, receipt, err)
		return g.confirmed(f, receipt, err)
	}
	if !g.confirmsEach() || !forGood(err) {
		return untilFreed(ctx)
	}
	g.effect(schemas.RefundConfirm.Name, f.RefundID, func(ctx workflow.Context) {
		if untilFreed(ctx) {
			afterwards(ctx)
		}
	})
	return false
}

// confirmed takes the answer to that question, and reports whether the refund stands.
func (g *goods) confirmed(f *schemas.Refund, receipt schemas.RefundReceipt, err error) bool {
	if errors.Is(err, errSkipped) {
		f.Confirmed = true // the provider's first word counts
		return true
	}
	if g.stuckOn(err, schemas.RefundConfirm.Name, f.RefundID) {
		return false
	}
	if f.Status != schemas.RefundSucceeded {
		return false // a word that came meanwhile has taken it back already
	}
	if receipt.Status == schemas.RefundSucceeded {
		f.Confirmed = true
		return true
	}
	g.notStoodBy(f, receipt)
	return false
}

// notStoodBy takes a success back of which the provider, asked, says something else. Lines that are just going on in another case do so all the
// same: what is still to be paid is paid here.
func (g *goods) notStoodBy(f *schemas.Refund, receipt schemas.RefundReceipt) {
	s := g.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
	s.lines = g.linesPaidBy(f)
	s.say("The provider does not stand by the success of %s: it says %s.", f.RefundID, receipt.Status)
	s.note("refund_id", f.RefundID)
	g.credit(f, -1)
	f.Status, f.Code = receipt.Status, receipt.Code
	switch receipt.Status {
	case schemas.RefundFailedWord:
		g.refundFailed(s, f, receipt.Code)
	case schemas.RefundReversed:
		s.tell("refund.reversed", vars{"amount": amount(f.Amount)})
		g.refundFailed(s, f, schemas.CodeReversed)
	default:
		waiting, _ := sort2(s.lines, func(l *schemas.Line) bool {
			return !g.parksBookings() || !beside(l) && l.State != schemas.Closed || g.waitsAtTheEnd(l)
		})
		g.move(s, waiting, schemas.RefundProcessing)
	}
	g.settle(s)
}
