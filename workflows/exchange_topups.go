package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// What was paid on top, and goes back when the lines it was paid for leave.

// chargesBack is what goes back of the charges of lines that leave. What other lines have paid of them stays.
func (x *exchanges) chargesBack(lines []*schemas.Line) []*schemas.Refund {
	var back []*schemas.Refund
	left := x.paidOnTop(lines)
	for _, ch := range x.Charges {
		if ch.Kind != schemas.ChargeDifference || ch.Status != schemas.ChargeSucceeded || !isForAny(ch, lines) {
			continue
		}
		amount := ch.Amount
		if !x.isForOnly(ch, lines) || x.returned(ch) {
			if !x.returnsParts() {
				continue
			}
			amount = ch.Amount.Sub(x.returnedOf(ch)).Min(x.money(left)) // other lines have paid their own of it
		}
		left -= amount.Minor
		if amount.Minor > 0 {
			back = append(back, &schemas.Refund{PaymentID: ch.ChargeID, Method: ch.Method, Amount: amount, Shares: sharesOf(ch, lines, amount)})
		}
	}
	return back
}

// settleWithout settles anew what lines owe that waited for one payment with lines that leave. The charge for all of them is given up, and what
// should turn out to be paid goes back, or counts: who owes nothing without the others goes on, and who owes something is asked for that.
func (x *exchanges) settleWithout(s *step, leaving []*schemas.Line) {
	if !x.undoesNetting() {
		return
	}
	for _, ch := range x.Charges {
		if ch.Kind != schemas.ChargeDifference || !isForAny(ch, leaving) || x.askedSince(ch) {
			continue
		}
		waiting, _ := sort2(x.waitingFor(ch), func(l *schemas.Line) bool {
			return l.Replacement != nil && l.LeavesAs != schemas.Converted && !slices.Contains(leaving, l)
		})
		net := x.net(waiting)
		switch {
		case len(waiting) == 0 || net == ch.Amount.Minor:
			continue
		case net <= 0:
			s.say("Nothing is to be paid for line(s) %s without the others.", lineList(waiting))
			x.settleUp(s, waiting)
		case !x.asksAnew() || !ch.Open():
			continue
		default:
			s.say("What is to be paid for line(s) %s without the others is another amount.", lineList(waiting))
			x.charge(s, waiting, schemas.ChargeDifference, x.money(net), ch.Method)
		}
		if ch.Open() {
			x.chargeCall(schemas.PaymentLapse, ch)
		}
	}
}

// paidInPart counts a payment that is less than what its lines owe, because others that it was reckoned with have left since, and asks for the rest.
func (x *exchanges) paidInPart(s *step, ch *schemas.Charge, lines []*schemas.Line) {
	left := ch.Amount.Minor
	for _, l := range lines {
		part := max(0, min(left, x.stillDue(l)))
		l.Replacement.Settled += part
		left -= part
	}
	s.tell("exchange.paid", vars{"lines": linesVar(lines), "amount": amount(ch.Amount)})
	s.say("More is to be paid without the lines that have left.")
	x.settleUp(s, lines)
}

// lapseOthers gives up the charges that lines were asked for beside the one that was paid.
func (x *exchanges) lapseOthers(ch *schemas.Charge, lines []*schemas.Line) {
	if !x.asksAnew() {
		return
	}
	for _, other := range x.Charges {
		idle := len(x.waitingFor(other)) == 0 || x.askedSince(other)
		if other != ch && other.Kind == schemas.ChargeDifference && other.Open() && isForAny(other, lines) && idle {
			x.chargeCall(schemas.PaymentLapse, other)
		}
	}
}

// paidOnTop is what the customer has paid of the difference for lines, beside what other lines have.
func (x *exchanges) paidOnTop(lines []*schemas.Line) int64 {
	var sum int64
	for _, l := range lines {
		if x.countsTopUps() {
			sum += toppedUp(l)
		} else {
			sum += l.Replacement.Settled - l.Replacement.Netted
		}
	}
	return max(0, sum)
}

// toppedUp is what the customer has paid on top for one line. What went back of its price since, because another article cost less, was no
// part of that, and neither is what could not be paid back.
func toppedUp(l *schemas.Line) int64 {
	r := l.Replacement
	sum := r.Settled - r.Netted + r.GivesBack
	if l.Short != nil {
		sum += l.Short.Minor
	}
	return max(0, sum)
}

// returnedOf is what has gone back of a charge, or is on its way.
func (x *exchanges) returnedOf(ch *schemas.Charge) schemas.Money {
	sum := x.money(0)
	for _, f := range x.Refunds {
		if f.PaymentID == ch.ChargeID && f.Status != schemas.RefundCancelled {
			sum = sum.Add(f.Amount)
		}
	}
	return sum
}

// returned reports whether a charge is paid back already.
func (x *exchanges) returned(ch *schemas.Charge) bool {
	for _, f := range x.Refunds {
		if f.PaymentID == ch.ChargeID && f.Status != schemas.RefundCancelled {
			return true
		}
	}
	return false
}

// sharesOf gives what goes back of a charge to the first of its lines: it pays for no article, only for a difference.
func sharesOf(ch *schemas.Charge, lines []*schemas.Line, sum schemas.Money) []schemas.Share {
	for _, l := range lines {
		if isFor(ch, l) {
			return []schemas.Share{{LineID: l.LineID, Units: l.Units, Amount: sum}}
		}
	}
	return nil
}
