package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// finish is the work at the end of an exchange: money that is still on its way is waited for, the units are settled, the old goods
// go where they belong, and what was held is given back.
func (x *exchanges) finish(s *step) {
	failed, rest := sort2(s.lines, func(l *schemas.Line) bool { return x.refundIs(l, schemas.RefundFailedWord, schemas.RefundReversed) })
	moving, rest := sort2(rest, func(l *schemas.Line) bool { return x.underWay(l) > 0 })
	owed, done := sort2(rest, func(l *schemas.Line) bool { return x.owes(l).Minor > 0 })
	x.move(s, failed, schemas.RefundFailed)
	x.move(s, moving, schemas.RefundProcessing)
	x.move(s, owed, schemas.RefundApproved)
	if len(done) == 0 {
		return
	}
	lines := done
	key := x.keyAgain(schemas.ClaimsSettle.Name, fmt.Sprintf("%s/settle/%d", x.CaseID, x.next("settle")))
	x.effect(schemas.ClaimsSettle.Name, key, func(ctx workflow.Context) {
		first := key
		x.confirmAll(ctx, lines, func(ctx workflow.Context, lines []*schemas.Line) {
			key := first
			if first = ""; key == "" { // others have ended before these
				key = fmt.Sprintf("%s/settle/%d", x.CaseID, x.next("settle"))
			}
			x.settleBooks(ctx, lines, key)
		})
	})
}

// settleBooks settles deposits, units and goods of lines whose money has come, and ends them.
func (x *exchanges) settleBooks(ctx workflow.Context, lines []*schemas.Line, key string) {
	if x.takesNoMoreThanItCosts() && x.takeDeposits(ctx, lines) { // what was taken too much goes back before its lines end
		if lines, _ = sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.Confirmed }); len(lines) == 0 || !x.endsBesideDeposits() {
			return
		}
	}
	replaced, _ := sort2(lines, func(l *schemas.Line) bool { return l.Replacement != nil && l.LeavesAs != schemas.Converted })
	here := lines
	if x.leavesGoodsToTheNext() {
		here, _ = sort2(lines, func(l *schemas.Line) bool { return l.LeavesAs != schemas.Converted })
	}
	x.settleUnits(ctx, here, unitsOf(replaced), x.nowHas(replaced), key)
	x.endSettled(lines)
}

// settleUnits settles units that are replaced for good and brings the old goods where they belong: in one call where there are such goods.
func (x *exchanges) settleUnits(ctx workflow.Context, lines []*schemas.Line, units []schemas.LineUnits, has []schemas.Replaced, key string) {
	var settled workflow.Future
	order := schemas.SettleOrder{CaseID: x.CaseID, Units: units, Replaced: has, At: x.now()}
	settle := func() workflow.Future {
		return start(ctx, x.Case, schemas.ClaimsSettle, key, order)
	}
	switch {
	case len(units) == 0:
		x.dispose(ctx, lines, key, nil, nil)
	case x.settlesWithTheGoods():
		if !x.dispose(ctx, lines, key, units, has) {
			settled = settle()
		}
	default:
		settled = settle()
		x.dispose(ctx, lines, key, nil, nil)
	}
	if settled != nil {
		err := settled.Get(ctx, nil)
		x.beside(schemas.ClaimsSettle.Name, key, err, func(ctx workflow.Context) error {
			_, err := insistAfter(ctx, x.Case, schemas.ClaimsSettle, key, order, parking[schemas.SettleOrder]{lines: lines}, schemas.Nothing{}, err)
			return err
		})
	}
}

// nowHas lists what the customer has for lines that were replaced, and can claim anew should it fail. What a bank has paid back is not
// the customer's to claim.
func (x *exchanges) nowHas(lines []*schemas.Line) []schemas.Replaced {
	var all []schemas.Replaced
	for _, l := range lines {
		r := l.Replacement
		if r.ConfirmedAt == nil && !x.keepsRejected(l) || len(l.Units) == 0 || l.BankTook != nil && l.BankTook.Minor > 0 {
			continue
		}
		now := schemas.Replaced{LineID: l.LineID, Units: l.Units, SKU: r.SKU, ProductID: r.ProductID, UnitPrice: r.UnitPrice, OnTop: x.money(0)}
		if r.Same {
			now.UnitPrice = l.UnitPrice
		}
		// What was paid for wear of the old goods is gone, and no part of what the new ones cost.
		now.OnTop.Minor = max(0, min(r.Settled, x.costs(l)-l.Payable.Minor))
		now.PaidBy = x.paidBy(l, now.OnTop.Minor)
		all = append(all, now)
	}
	return all
}

// endSettled ends lines whose books are settled.
func (x *exchanges) endSettled(lines []*schemas.Line) {
	done, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.Confirmed || l.State == schemas.Refunded })
	if len(done) == 0 {
		return
	}
	s := x.begin(schemas.EventDisposed, schemas.System, schemas.DoorSystem)
	s.lines = done
	gone, done := sort2(done, func(l *schemas.Line) bool { return x.asksAboutAllMoney() && goneOn(l) })
	going, staying := sort2(done, func(l *schemas.Line) bool { return l.LeavesAs == schemas.Converted })
	full, part := sort2(staying, func(l *schemas.Line) bool { return l.Deduction.Minor == 0 })
	s.say("Line(s) %s are settled.", lineList(s.lines))
	x.end(s, full, schemas.Completed)
	x.end(s, part, schemas.CompletedPartial)
	if len(going) > 0 {
		x.startSuccessor(s, going, schemas.KindReturn, "")
	}
	for _, l := range gone {
		x.hand(s, []*schemas.Line{l}, l.Holder)
	}
	x.settle(s)
}

func (x *exchanges) refundIs(l *schemas.Line, words ...schemas.RefundStatus) bool {
	for _, f := range x.Refunds {
		for _, w := range words {
			if f.Status == w && x.paysFor(f, l) {
				return true
			}
		}
	}
	return false
}
