package workflows

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What the provider is asked about charges, and what it answers: to take one, how it stands, and to end it.

// requestCharge asks the provider for a charge that is written down, and takes its word on it.
func (x *exchanges) requestCharge(ch *schemas.Charge) {
	r := x.Opening.Request
	order := schemas.ChargeOrder{CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID, Charge: *ch, Until: x.OpenedAt.Add(x.Plan.Clocks["max"].After.D()), At: x.now()}
	call := schemas.PaymentRequest
	if ch.Kind == schemas.ChargeDeposit {
		call = schemas.DepositHold
	}
	x.effect(call.Name, ch.ChargeID, func(ctx workflow.Context) {
		got, err := x.askForCharge(ctx, call, ch, order)
		if errors.Is(err, errMoot) || errors.Is(err, errSkipped) {
			return
		}
		if err != nil {
			refusal := asRefusal(err)
			got = schemas.ChargeReceipt{ChargeID: ch.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeNoAnswer}
			if refusal.Code != schemas.CodeUnavailable {
				got.Status, got.Code = schemas.ChargeFailed, refusal.Code // the ledger refused: no provider was asked
			}
		}
		if got.Status == schemas.ChargeAccepted {
			return // an order that is taken is not paid, and changes nothing for anybody
		}
		s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
		x.chargeSaid(s, ch, got.Status, got.Code)
		x.settle(s)
	})
}

// askForCharge asks for a charge. What no provider will ever take is parked: the customer has not been declined, and is not told so, but may
// choose another way to pay meanwhile. Skipped, the merchant bears what is not paid.
func (x *exchanges) askForCharge(ctx workflow.Context, call schemas.Activity[schemas.ChargeOrder, schemas.ChargeReceipt], ch *schemas.Charge, order schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
	stand := func(status schemas.ChargeStatus) func() {
		return func() {
			if w := x.parkedCharge(ch); w != nil && !holdsSomething(w.Cause) {
				ch.Status, ch.Code, ch.ChangedAt = status, w.Cause, stamp(x.now())
			}
		}
	}
	got, err := insist(ctx, x.Case, call, ch.ChargeID, order, parking[schemas.ChargeOrder]{
		lines: x.waitingFor(ch), parked: stand(schemas.ChargeFailed), again: stand(schemas.ChargeRequested),
		moot: func() bool { return len(x.waitingFor(ch)) == 0 || x.askedSince(ch) },
	})
	if errors.Is(err, errSkipped) {
		x.chargeSkipped(ch)
	}
	return got, err
}

// parkedCharge is the parked order of a charge.
func (x *exchanges) parkedCharge(ch *schemas.Charge) *Parked {
	for _, w := range x.Parked {
		if w.Key == ch.ChargeID && (w.Step == schemas.PaymentRequest.Name || w.Step == schemas.DepositHold.Name) {
			return w
		}
	}
	return nil
}

// chargeSkipped lets lines go on for which a second person has granted that nothing is paid. The charge is given up at the provider too; what
// should turn out to be paid is paid back.
func (x *exchanges) chargeSkipped(ch *schemas.Charge) {
	s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
	lines := x.waitingFor(ch)
	s.lines = lines
	s.note("charge_id", ch.ChargeID)
	s.note("code", string(schemas.CodeSkipped))
	s.say("%s of %s is done without (%s).", ch.ChargeID, ch.Amount, ch.Kind)
	ch.Code, ch.ChangedAt = schemas.CodeSkipped, stamp(s.at)
	if ch.Kind == schemas.ChargeDeposit && x.net(lines) > 0 {
		x.charge(s, lines, schemas.ChargeDifference, x.money(x.net(lines)), x.payingMethod())
	} else {
		for _, l := range lines {
			l.Replacement.Settled += max(0, x.stillDue(l))
		}
		x.afterMoney(s, lines)
	}
	x.settle(s)
	x.chargeCall(schemas.PaymentLapse, ch)
}

func (x *exchanges) askAbout(ch *schemas.Charge) schemas.ChargeQuestion {
	r := x.Opening.Request
	return schemas.ChargeQuestion{CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, ChargeID: ch.ChargeID, At: x.now()}
}

// chargeCall asks the provider about a charge, or to end it, and applies what it says.
func (x *exchanges) chargeCall(call schemas.Activity[schemas.ChargeQuestion, schemas.ChargeReceipt], ch *schemas.Charge) {
	question := x.askAbout(ch)
	x.effect(call.Name, ch.ChargeID, func(ctx workflow.Context) {
		var got schemas.ChargeReceipt
		var err error
		if call.Name == schemas.PaymentLookup.Name {
			got, err = do(ctx, x.Case, call, ch.ChargeID, question)
		} else {
			got, err = x.endCharge(ctx, call, ch, question, nil)
		}
		if errors.Is(err, errSkipped) {
			x.endSkipped(ch, call.Name)
			return
		}
		if err != nil {
			if call.Name != schemas.PaymentLookup.Name {
				x.stuckOn(err, call.Name, ch.ChargeID)
			}
			return // a look-up is repeated by the clock on the charge
		}
		if got.Code == schemas.CodeUnknownCharge && ch.Status == schemas.ChargeUnknown && x.chargesAgain() && len(x.waitingFor(ch)) > 0 && !x.askedSince(ch) {
			// The provider never took the order, and says so: it is given again, under the same number.
			x.requestCharge(ch)
			return
		}
		if got.Status == ch.Status {
			return
		}
		s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
		x.chargeSaid(s, ch, got.Status, got.Code)
		x.settle(s)
	})
}

// endCharge insists on the end of a charge or a deposit. A charge that our own books do not have was never asked for, and has ended.
func (x *exchanges) endCharge(ctx workflow.Context, call schemas.Activity[schemas.ChargeQuestion, schemas.ChargeReceipt], ch *schemas.Charge, q schemas.ChargeQuestion, lines []*schemas.Line) (schemas.ChargeReceipt, error) {
	got, err := do(ctx, x.Case, call, ch.ChargeID, q)
	if call.Name == schemas.PaymentLapse.Name && x.parksSteps() && forGood(err) && causeOf(err).Code == schemas.CodeUnknownCharge {
		return schemas.ChargeReceipt{ChargeID: ch.ChargeID, Status: schemas.ChargeLapsed}, nil
	}
	return insistAfter(ctx, x.Case, call, ch.ChargeID, q, parking[schemas.ChargeQuestion]{lines: lines}, got, err)
}

// pollAgain starts the clock on charges nobody knows the end of: one, which asks about all of them.
func (x *exchanges) pollAgain(s *step) {
	name := x.named("payment_poll")
	if x.clock(name) == nil || !x.pollsOnce() {
		x.startClock(s, name, "the provider is asked again")
	}
}

// pollPayment asks about every charge nobody knows the end of.
func (x *exchanges) pollPayment(s *step) {
	s.say("The provider is asked how the payment stands.")
	for _, ch := range x.Charges {
		if ch.Status == schemas.ChargeUnknown {
			x.pollAgain(s)
			x.chargeCall(schemas.PaymentLookup, ch)
		}
	}
}
