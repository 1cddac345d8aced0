package workflows

import (
	"errors"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of an advance exchange about its deposit. One deposit may stand for several lines; it is settled once, when the last of
// them needs it no more: what is owed is taken out of it, the rest goes back.

// needDeposit lists the lines whose replacement leaves in advance and for which nothing is held yet.
func (x *exchanges) needDeposit(lines []*schemas.Line) []*schemas.Line {
	need, _ := sort2(lines, func(l *schemas.Line) bool {
		return l.Replacement.Advance && l.GoodsWith == schemas.TurnCustomer && l.Replacement.ConfirmedAt == nil && x.depositOf(l) == nil
	})
	return need
}

func (x *exchanges) depositOf(l *schemas.Line) *schemas.Charge {
	for _, ch := range x.Charges {
		if ch.Kind == schemas.ChargeDeposit && ch.Status == schemas.ChargeHeld && isFor(ch, l) {
			return ch
		}
	}
	return nil
}

// settleDeposits ends the deposits of lines that leave, or are no advance exchange any more.
func (x *exchanges) settleDeposits(s *step, lines []*schemas.Line) {
	x.oweForBoth(lines)
	for _, l := range lines {
		if l.Replacement != nil && l.Replacement.FromDeposit > 0 && x.depositOf(l) == nil && !x.tookFor(l) {
			s.staff("staff.task", x.Owner, vars{"task": "recover_goods", "due": stamp(x.firstDue())})
		}
	}
	for _, ch := range x.Charges {
		if ch.Kind != schemas.ChargeDeposit || !isForAny(ch, lines) || x.needed(ch, lines) {
			continue
		}
		switch {
		case ch.Code == schemas.CodeSkipped && x.takesNoMoreThanItCosts():
			// Two persons have said that it stays as it is.
		case ch.Status == schemas.ChargeHeld:
			x.settleDeposit(s, ch)
		case ch.Status == schemas.ChargeUnknown && x.releasesUnknownDeposits():
			x.chargeCall(schemas.DepositRelease, ch)
		case ch.Status == schemas.ChargeUnknown && x.asksForUnknownDeposits():
			x.chargeCall(schemas.PaymentLookup, ch) // what turns out to be held is given back
		}
	}
}

// oweForBoth lets what is owed be taken out of the deposit where both articles stay with the customer, who has paid for one.
func (x *exchanges) oweForBoth(lines []*schemas.Line) {
	for _, l := range lines {
		if r := l.Replacement; r != nil && r.Both && l.GoodsWith == schemas.TurnCustomer {
			r.FromDeposit = x.secondPrice(l)
		}
	}
}

// takeDeposits takes the deposits out of which lines owe something that are about to end, and reports whether money goes back of it.
// These lines wait for its arrival like any others: a case is not closed over money that is on its way.
func (x *exchanges) takeDeposits(ctx workflow.Context, lines []*schemas.Line) bool {
	x.oweForBoth(lines)
	waits := false
	for _, ch := range x.Charges {
		due := ch.Kind == schemas.ChargeDeposit && ch.Status == schemas.ChargeHeld && ch.Code != schemas.CodeSkipped
		if !due || !isForAny(ch, lines) || x.needed(ch, lines) || x.fromDeposit(ch) == 0 {
			continue
		}
		got, err := x.endCharge(ctx, schemas.DepositCapture, ch, x.askAbout(ch), lines)
		if errors.Is(err, errSkipped) {
			x.endSkipped(ch, schemas.DepositCapture.Name)
		}
		if err != nil || got.Status == ch.Status {
			continue
		}
		s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
		x.chargeSaid(s, ch, got.Status, got.Code)
		moving, _ := sort2(lines, func(l *schemas.Line) bool { return x.underWay(l) > 0 && l.State != schemas.Closed })
		x.move(s, moving, schemas.RefundProcessing)
		x.settle(s)
		waits = waits || len(moving) > 0
	}
	return waits
}

// secondPrice is what a customer who keeps both articles still owes: the price of the new one, to which the old one's and what was paid
// on top count, and which a deposit of the old one's price never exceeds.
func (x *exchanges) secondPrice(l *schemas.Line) int64 {
	price := l.Payable.Minor
	if x.takesNoMoreThanItCosts() {
		price += min(0, x.costs(l)-l.Payable.Minor-l.Replacement.Settled)
	}
	return max(0, price)
}

// settleDeposit gives a deposit back, or takes it where something is owed out of it. Given back and taken are each other's end, so
// the books refuse the second whatever is asked.
func (x *exchanges) settleDeposit(s *step, ch *schemas.Charge) {
	s.note("charge_id", ch.ChargeID)
	if x.fromDeposit(ch) == 0 {
		x.chargeCall(schemas.DepositRelease, ch)
		return
	}
	x.chargeCall(schemas.DepositCapture, ch)
}

// depositTaken refunds what was taken above what is owed: a deposit can only be taken whole.
func (x *exchanges) depositTaken(s *step, ch *schemas.Charge) {
	owed := x.fromDeposit(ch)
	s.say("The deposit %s is taken; %s of it was owed.", ch.ChargeID, x.money(owed))
	s.tell("exchange.deposit_taken", vars{"lines": strings.Join(ch.Lines, ","), "amount": amount(x.money(owed))})
	if over := ch.Amount.Sub(x.money(owed)); over.Minor > 0 && !x.returned(ch) {
		lines := x.Lines
		if x.takesNoMoreThanItCosts() {
			open, ended := sort2(x.Lines, func(l *schemas.Line) bool { return l.State != schemas.Closed })
			lines = append(open, ended...) // who is still here waits for it
		}
		x.order(s, &schemas.Refund{PaymentID: ch.ChargeID, Method: ch.Method, Amount: over, Shares: sharesOf(ch, lines, over)})
	}
}

// depositVoid is a deposit of which nothing could be taken, because the bank no longer held it: people recover what is owed.
func (x *exchanges) depositVoid(s *step, ch *schemas.Charge) {
	s.note("code", string(ch.Code))
	s.say("The deposit %s was not held any more; %s is still owed.", ch.ChargeID, x.money(x.fromDeposit(ch)))
	s.staff("staff.task", x.Owner, vars{"task": "recover_goods", "due": stamp(x.firstDue())})
}

// endSkipped keeps a charge or a deposit in the books as it is, on two persons' word: finance sees to what is held or may still be paid, the
// owner to what is owed.
func (x *exchanges) endSkipped(ch *schemas.Charge, call string) {
	s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
	s.note("charge_id", ch.ChargeID)
	s.note("code", string(schemas.CodeSkipped))
	ch.Code, ch.ChangedAt = schemas.CodeSkipped, stamp(s.at)
	s.say("%s of %s stays in the books as it is: %s was skipped.", ch.ChargeID, ch.Amount, call)
	if call == schemas.DepositCapture.Name {
		s.staff("staff.task", x.Owner, vars{"task": "recover_goods", "due": stamp(x.firstDue())})
	} else {
		for _, p := range x.Plan.People[schemas.RoleFinance] {
			s.staff("staff.task", p.ID, vars{"task": "open_charge", "due": stamp(x.firstDue())})
			break
		}
	}
	x.settle(s)
}

// fromDeposit is what the lines of a deposit owe out of it, and never more than it is.
func (x *exchanges) fromDeposit(ch *schemas.Charge) int64 {
	var sum int64
	for _, l := range x.Lines {
		if l.Replacement != nil && isFor(ch, l) {
			sum += l.Replacement.FromDeposit
		}
	}
	return min(sum, ch.Amount.Minor)
}

// needed reports whether a line that is not about to leave still needs a deposit.
func (x *exchanges) needed(ch *schemas.Charge, leaving []*schemas.Line) bool {
	for _, l := range x.Lines {
		leaves := slices.Contains(leaving, l) || !x.chargesParts() && contains(lineIDs(leaving), l.LineID)
		gone := l.State == schemas.Closed || l.LeavesAs == schemas.Converted || leaves
		if isFor(ch, l) && !gone && l.Replacement != nil && l.Replacement.Advance {
			return true
		}
	}
	return false
}

// tookFor reports whether a deposit of a line was taken, or whether that was tried before the line ended and people have been told.
func (x *exchanges) tookFor(l *schemas.Line) bool {
	for _, ch := range x.Charges {
		tried := ch.Status == schemas.ChargeCaptured || ch.Status == schemas.ChargeReleased && x.takesNoMoreThanItCosts()
		if ch.Kind == schemas.ChargeDeposit && tried && isFor(ch, l) {
			return true
		}
	}
	return false
}

// settleByDeposit is silence about a sum that is owed by somebody who has the replacement: it is taken out of the deposit. Where none
// is held any more, people recover it.
func (x *exchanges) settleByDeposit(s *step, lines []*schemas.Line) {
	s.say("Nothing was paid for line(s) %s; it is taken out of the deposit.", lineList(lines))
	for _, l := range lines {
		due := x.stillDue(l)
		l.Replacement.FromDeposit += max(0, due)
		l.Replacement.Settled += due
	}
	x.move(s, lines, schemas.Confirmed)
}

// meets reports whether two lists have a word in common.
func meets(some, others []string) bool {
	for _, s := range some {
		if contains(others, s) {
			return true
		}
	}
	return false
}
