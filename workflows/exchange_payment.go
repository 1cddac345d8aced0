package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of an exchange about money: the one net difference in either direction, and what happens when it does not come.

// costs is what the replacement of a line costs. The same article again costs what the old one did, whatever it costs now.
func (x *exchanges) costs(l *schemas.Line) int64 {
	if l.Replacement.Same {
		return l.Payable.Minor
	}
	return l.Replacement.UnitPrice.Minor * int64(l.Quantity)
}

// due is what the customer still has to pay for a line, or below zero what the customer is still owed.
func (x *exchanges) stillDue(l *schemas.Line) int64 {
	return x.costs(l) - l.Payable.Minor + l.Deduction.Minor - l.Replacement.Settled
}

func (x *exchanges) net(lines []*schemas.Line) int64 {
	var sum int64
	for _, l := range lines {
		sum += x.stillDue(l)
	}
	return sum
}

// settleUp settles the difference of lines that go on together, as one amount: what the customer owes is paid before anything
// is sent, what the customer is owed is refunded once the old goods are back.
func (x *exchanges) settleUp(s *step, lines []*schemas.Line) {
	if len(lines) == 0 {
		return
	}
	net := x.net(lines)
	if net > 0 || len(x.needDeposit(lines)) > 0 {
		x.move(s, lines, schemas.WaitPayment)
		return
	}
	back, first := sort2(lines, func(l *schemas.Line) bool { return l.GoodsWith != schemas.TurnCustomer })
	if (net < 0 || x.remembersNetting()) && len(first) == 0 {
		x.payBack(s, back, -net)
	}
	x.afterMoney(s, lines)
}

// afterMoney sends lines on whose difference is settled: to the warehouse, or to the end where the replacement is there already.
func (x *exchanges) afterMoney(s *step, lines []*schemas.Line) {
	there, rest := sort2(lines, func(l *schemas.Line) bool { return l.Replacement.ConfirmedAt != nil })
	x.move(s, there, schemas.Confirmed)
	x.move(s, rest, schemas.ShipReplacement)
}

// payBack orders what the replacements cost less. Above the limit it waits for a second person, after the customer has the
// replacement: nothing but money waits for that word.
func (x *exchanges) payBack(s *step, lines []*schemas.Line, owed int64) {
	x.netOut(lines, owed)
	for _, l := range lines {
		surplus := -x.stillDue(l)
		if part := min(surplus, owed); part > 0 {
			l.Replacement.GivesBack += part
			owed -= part
		}
		l.Replacement.Settled -= surplus
	}
	if !x.needsSecond(lines) {
		x.order(s, x.spread(lines)...)
	}
}

// askPayment is the work of WAIT_PAYMENT: the deposit first, then what the replacement costs more.
func (x *exchanges) askPayment(s *step) {
	if need := x.needDeposit(s.lines); len(need) > 0 {
		sum := x.money(0)
		for _, l := range need {
			sum = sum.Add(l.Payable)
		}
		x.charge(s, need, schemas.ChargeDeposit, sum, x.payingMethod())
		return
	}
	x.charge(s, s.lines, schemas.ChargeDifference, x.money(x.net(s.lines)), x.payingMethod())
}

// payingMethod is the method the customer named for the difference, or the one the order was paid with.
func (x *exchanges) payingMethod() string {
	if x.Method != "" && x.Method != schemas.SettleOriginal {
		return x.Method
	}
	if len(x.Payments) > 0 {
		return x.Payments[0].Method
	}
	return schemas.SettleOriginal
}

// charge writes a charge down and asks the provider for it.
func (x *exchanges) charge(s *step, lines []*schemas.Line, kind schemas.ChargeKind, sum schemas.Money, method string) {
	ch := &schemas.Charge{
		ChargeID: fmt.Sprintf("%s/charge/%d", x.CaseID, x.next("charge")), Kind: kind, Method: method, Amount: sum,
		Status: schemas.ChargeRequested, Lines: lineIDs(lines), Parts: x.partsOfCharge(lines), ChangedAt: stamp(s.at),
	}
	x.Charges = append(x.Charges, ch)
	s.note("charge_id", ch.ChargeID)
	s.say("%s of %s asked for, %s.", titleOf(schemas.Kind(kind)), sum, ch.ChargeID)
	s.tell("exchange.payment", vars{"lines": linesVar(lines), "what": string(kind), "amount": amount(sum), "method": method, "due": stamp(x.dueOf(lines))})
	x.requestCharge(ch)
}

// chargeSaid applies the provider's word on a charge.
func (x *exchanges) chargeSaid(s *step, ch *schemas.Charge, status schemas.ChargeStatus, code schemas.Code) {
	s.note("charge_id", ch.ChargeID)
	if !newsOfCharge(ch.Status, status) {
		s.say("%s is known to be %s.", ch.ChargeID, ch.Status)
		return
	}
	ch.Status, ch.Code, ch.ChangedAt = status, code, stamp(s.at)
	waiting := x.waitingFor(ch)
	s.lines = waiting
	lines, _ := sort2(waiting, func(l *schemas.Line) bool { return l.LeavesAs != schemas.Converted })
	switch status {
	case schemas.ChargeRequested, schemas.ChargeAccepted:
		s.say("%s of %s is not paid yet.", ch.ChargeID, ch.Amount)
	case schemas.ChargeUnknown:
		s.say("Nobody knows how %s stands; it is asked for by its number.", ch.ChargeID)
		x.pollAgain(s)
	case schemas.ChargeSucceeded:
		s.say("The customer paid %s (%s).", ch.Amount, ch.ChargeID)
		if len(waiting) == 0 {
			x.returnCharge(s, ch)
			return
		}
		if len(lines) == 0 { // it is paid back before the lines go on as a return
			if x.givesUpSharedCharges() {
				x.order(s, &schemas.Refund{PaymentID: ch.ChargeID, Method: ch.Method, Amount: ch.Amount, Shares: sharesOf(ch, waiting, ch.Amount)})
			}
			return
		}
		due := x.net(lines)
		if x.undoesNetting() && due <= 0 {
			x.returnCharge(s, ch) // those who owed it have left
			x.settleUp(s, lines)
			return
		}
		if x.asksAnew() && ch.Amount.Minor < due {
			x.paidInPart(s, ch, lines)
			x.lapseOthers(ch, lines)
			return
		}
		x.netOut(lines, 0)
		for _, l := range lines {
			l.Replacement.Settled += x.stillDue(l)
		}
		if over := ch.Amount.Sub(x.money(due)); x.returnsParts() && over.Minor > 0 {
			s.say("Some of its lines have left meanwhile: %s is paid back.", over)
			x.order(s, &schemas.Refund{PaymentID: ch.ChargeID, Method: ch.Method, Amount: over, Shares: sharesOf(ch, x.Lines, over)})
		}
		s.tell("exchange.paid", vars{"lines": linesVar(lines), "amount": amount(ch.Amount)})
		x.afterMoney(s, lines)
		x.lapseOthers(ch, lines)
	case schemas.ChargeHeld:
		s.say("%s is held as a deposit (%s).", ch.Amount, ch.ChargeID)
		if len(lines) == 0 {
			x.settleDeposit(s, ch)
			return
		}
		if x.net(lines) > 0 {
			x.charge(s, lines, schemas.ChargeDifference, x.money(x.net(lines)), x.payingMethod())
			return
		}
		x.afterMoney(s, lines)
	case schemas.ChargeFailed, schemas.ChargeLapsed:
		s.note("code", string(code))
		s.say("%s of %s was not paid: %s.", ch.ChargeID, ch.Amount, or(string(code), string(status)))
		if len(lines) > 0 && !(x.asksAnew() && x.askedSince(ch)) {
			s.tell("exchange.declined", vars{"lines": linesVar(lines), "amount": amount(ch.Amount), "method": ch.Method, "due": stamp(x.dueOf(lines))})
		}
	case schemas.ChargeReleased:
		if x.fromDeposit(ch) > 0 {
			x.depositVoid(s, ch)
			return
		}
		s.say("The deposit %s is given back.", ch.ChargeID)
		s.tell("exchange.deposit_back", vars{"amount": amount(ch.Amount)})
	case schemas.ChargeCaptured:
		x.depositTaken(s, ch)
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// newsOfCharge reports whether a word changes what is known. What has ended stays ended; a deposit that is held can end either way.
func newsOfCharge(known, word schemas.ChargeStatus) bool {
	switch known {
	case schemas.ChargeSucceeded, schemas.ChargeReleased, schemas.ChargeCaptured:
		return false
	case schemas.ChargeFailed, schemas.ChargeLapsed:
		return word == schemas.ChargeSucceeded || word == schemas.ChargeHeld // the provider's word of success always counts
	case schemas.ChargeHeld:
		return word == schemas.ChargeReleased || word == schemas.ChargeCaptured || word == schemas.ChargeFailed
	}
	return word != known
}

// paid is the provider's word that the customer has paid. It is looked up before it counts: anybody may send a fact.
func (x *exchanges) paid(s *step, w schemas.ChargeWord) { x.chargeFact(s, w) }

func (x *exchanges) paymentDeclined(s *step, w schemas.ChargeWord) { x.chargeFact(s, w) }

// depositVoided is the bank's word that a deposit is no longer held: whoever has the replacement still owes the old goods, and the
// owner sees to it.
func (x *exchanges) depositVoided(s *step, w schemas.ChargeWord) {
	ch := x.chargeNamed(w.ChargeID)
	if ch == nil || ch.Status != schemas.ChargeHeld {
		x.chargeFact(s, w)
		return
	}
	x.chargeSaid(s, ch, schemas.ChargeFailed, w.Code)
	s.staff("staff.task", x.Owner, vars{"task": "deposit_voided", "due": stamp(x.firstDue())})
}

func (x *exchanges) chargeFact(s *step, w schemas.ChargeWord) {
	ch := x.chargeNamed(w.ChargeID)
	if ch == nil {
		s.note("fact", s.name)
		s.name = schemas.EventLateFact
		s.say("Charge %s is not of this case.", w.ChargeID)
		return
	}
	s.note("charge_id", ch.ChargeID)
	s.say("The provider reports on %s; it is asked.", ch.ChargeID)
	x.chargeCall(schemas.PaymentLookup, ch)
}

// returnCharge pays a charge back that nobody waited for any more.
func (x *exchanges) returnCharge(s *step, ch *schemas.Charge) {
	s.say("Nobody waits for it any more: it is paid back.")
	x.order(s, &schemas.Refund{PaymentID: ch.ChargeID, Method: ch.Method, Amount: ch.Amount, Shares: sharesOf(ch, x.Lines, ch.Amount)})
}

// lapseCharges gives up the charges of lines that leave. What turns out to be paid is paid back.
func (x *exchanges) lapseCharges(lines []*schemas.Line) {
	for _, ch := range x.openCharges(lines) {
		x.chargeCall(schemas.PaymentLapse, ch)
	}
}

func subset(some, all []string) bool {
	for _, s := range some {
		if !contains(all, s) {
			return false
		}
	}
	return true
}

func (x *exchanges) mayChoosePayment(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	switch d.Choice {
	case choicePay:
		for _, ch := range x.Charges {
			if ch.Open() && len(x.waitingFor(ch)) > 0 {
				return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("%s is on its way already; wait for the provider's word.", ch.ChargeID)}
			}
		}
		return nil
	case choiceFirst:
		for _, l := range s.lines {
			if !l.Replacement.Advance || l.Replacement.ConfirmedAt != nil {
				return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "choice", Message: fmt.Sprintf("line %s is no advance exchange.", l.LineID)}
			}
		}
		return nil
	case choiceRefund:
		return x.mayConvert(s, d)
	}
	return wrongChoice(choicePay, choiceFirst, choiceRefund)
}

// chosenPayment pays with another method, sends the old goods first, or takes the money instead.
func (x *exchanges) chosenPayment(s *step, d schemas.AnswerOffer) {
	s.note("choice", d.Choice)
	s.say("The customer chooses %s for line(s) %s.", d.Choice, lineList(s.lines))
	switch d.Choice {
	case choiceRefund:
		x.convert(s, s.lines, "not_paid")
	case choiceFirst:
		for _, l := range s.lines {
			l.Replacement.Advance = false
		}
		x.lapseCharges(s.lines)
		x.settleDeposits(s, s.lines)
		x.goOn(s, s.lines)
	default:
		if d.Method != "" {
			x.Method = d.Method
		}
		x.askPayment(s)
	}
}
