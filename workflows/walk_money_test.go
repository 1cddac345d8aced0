package workflows_test

import (
	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
)

// The ledger and the payment provider of a walk.

func (o *outside) listenMoney(env *testsuite.TestWorkflowEnvironment) {
	ofCharge := func(q schemas.ChargeQuestion) string { return q.ChargeID }
	ofRefund := func(q schemas.RefundQuestion) string { return q.RefundID }
	serve(env, o, schemas.RefundRequest, func(r schemas.RefundOrder) string { return r.Refund.RefundID }, o.refund)
	serve(env, o, schemas.RefundLookup, ofRefund, o.lookUp)
	serve(env, o, schemas.RefundConfirm, ofRefund, o.lookUp)
	tryServing(env, o, schemas.RefundByHand, func(q schemas.ByHandOrder) string { return q.RefundID }, o.byHand)
	serve(env, o, schemas.PaymentRequest, func(r schemas.ChargeOrder) string { return r.Charge.ChargeID }, o.charge)
	serve(env, o, schemas.DepositHold, func(r schemas.ChargeOrder) string { return r.Charge.ChargeID }, o.charge)
	serve(env, o, schemas.PaymentLookup, ofCharge, o.lookAtCharge)
	serve(env, o, schemas.PaymentLapse, ofCharge, func(q schemas.ChargeQuestion) schemas.ChargeReceipt {
		return o.endCharge(q, schemas.ChargeLapsed)
	})
	serve(env, o, schemas.DepositRelease, ofCharge, func(q schemas.ChargeQuestion) schemas.ChargeReceipt {
		return o.endCharge(q, schemas.ChargeReleased)
	})
	serve(env, o, schemas.DepositCapture, ofCharge, func(q schemas.ChargeQuestion) schemas.ChargeReceipt {
		return o.endCharge(q, schemas.ChargeCaptured)
	})
}

// refund reserves an amount and asks the provider, once per number however often it is asked.
func (o *outside) refund(in schemas.RefundOrder) schemas.RefundReceipt {
	b, f := o.books, in.Refund
	b.Asked = append(b.Asked, f)
	r := b.Refunds[f.RefundID]
	if r == nil {
		r = &refundBook{Refund: f, Status: schemas.RefundRequested}
	}
	receipt := schemas.RefundReceipt{RefundID: f.RefundID, Amount: f.Amount}
	if r.Known && r.reserved() {
		receipt.Status, receipt.Code = r.Status, r.Code
		return receipt
	}
	if old := b.Refunds[f.Replaces]; old != nil && !old.paid() {
		old.Status = schemas.RefundCancelled
	}
	if left := o.room(f); left != nil {
		receipt.Status, receipt.Code, receipt.Left = schemas.RefundFailedWord, schemas.CodeNoMoneyLeft, left
		return receipt
	}
	b.Refunds[f.RefundID] = r
	r.Tries++
	how := o.chance(12, "refund", f.RefundID, r.Tries)
	if o.silent || o.rate == 0 {
		how = 11
	}
	r.Known, r.Status, r.Code = true, schemas.RefundAccepted, ""
	switch how {
	case 0:
		r.Status = schemas.RefundSucceeded
	case 1, 2:
		codes := []schemas.Code{schemas.CodeBalance, schemas.CodeAccountClosed, schemas.CodeDeclined, schemas.CodeExpired}
		r.Status, r.Code = schemas.RefundFailedWord, codes[o.chance(len(codes), "code", f.RefundID, r.Tries)]
	case 3: // nobody knows, and it was taken
		receipt.Status, receipt.Code = schemas.RefundUnknown, schemas.CodeNoAnswer
		return receipt
	case 4: // nobody knows, and it never came
		r.Known, r.Status = false, schemas.RefundRequested
		receipt.Status, receipt.Code = schemas.RefundUnknown, schemas.CodeNoAnswer
		return receipt
	}
	receipt.Status, receipt.Code = r.Status, r.Code
	return receipt
}

// room says what is left where an amount is more than that.
func (o *outside) room(f schemas.Refund) *schemas.OrderLeft {
	b := o.books
	full := false
	captured, own := b.Captured[f.PaymentID]
	if !own {
		if ch := b.Charges[f.PaymentID]; ch != nil && ch.holds() {
			captured = ch.Charge.Amount.Minor
		}
	}
	full = f.Amount.Minor > captured-b.promised(f.PaymentID, f.RefundID)
	of := map[string]int64{} // the parts of a line that was split have one line between them
	for _, share := range f.Shares {
		line := b.Lines[share.LineID]
		rest := line.Price - b.promisedFor(share.LineID, f.RefundID)
		if of[share.LineID] += share.Amount.Minor; own && of[share.LineID] > rest {
			full = true
		}
	}
	if !full {
		return nil
	}
	return o.left(f)
}

// left says what is left of the order, but for one refund.
func (o *outside) left(f schemas.Refund) *schemas.OrderLeft {
	b, left := o.books, &schemas.OrderLeft{}
	for id, line := range ordered(b.Lines) {
		left.Lines = append(left.Lines, schemas.Share{LineID: id, Amount: usd(max(0, line.Price-b.promisedFor(id, f.RefundID)))})
	}
	for id, k := range ordered(b.Kept) {
		if k.Dispute.Taken.Minor > 0 && !k.Dispute.Status.Over() {
			left.Disputes = append(left.Disputes, id)
		}
	}
	for _, p := range o.setup.payments {
		p.Refundable = usd(max(0, p.Captured.Minor-b.promised(p.PaymentID, f.RefundID)))
		left.Payments = append(left.Payments, p)
	}
	return left
}

func (o *outside) lookUp(q schemas.RefundQuestion) schemas.RefundReceipt {
	r := o.books.Refunds[q.RefundID]
	if r == nil || !r.Known {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}
	}
	if o.silent && r.Status == schemas.RefundAccepted {
		r.Status = schemas.RefundSucceeded
	}
	return schemas.RefundReceipt{RefundID: q.RefundID, Status: r.Status, Code: r.Code, Amount: r.Refund.Amount}
}

func (o *outside) byHand(in schemas.ByHandOrder) (schemas.RefundReceipt, *schemas.Refusal) {
	r := o.books.Refunds[in.RefundID]
	if r == nil {
		r = &refundBook{Refund: *in.Refund, Status: schemas.RefundFailedWord} // the ledger had refused it
		o.books.Refunds[in.RefundID] = r
	}
	if r.reserved() || o.room(r.Refund) != nil {
		return schemas.RefundReceipt{}, &schemas.Refusal{Code: schemas.CodeWrongState, Message: "this refund cannot be paid by hand."}
	}
	r.Status = schemas.RefundManual
	return schemas.RefundReceipt{RefundID: in.RefundID, Status: r.Status}, nil
}

// charge asks the customer to pay, or holds a deposit.
func (o *outside) charge(in schemas.ChargeOrder) schemas.ChargeReceipt {
	ch := o.books.Charges[in.Charge.ChargeID]
	receipt := schemas.ChargeReceipt{ChargeID: in.Charge.ChargeID, Amount: in.Charge.Amount}
	if ch != nil && ch.Known {
		receipt.Status, receipt.Code = ch.Status, ch.Code
		return receipt
	}
	if ch == nil {
		ch = &chargeBook{Charge: in.Charge}
		o.books.Charges[in.Charge.ChargeID] = ch
	}
	ch.Known, ch.Status = true, schemas.ChargeAccepted
	if in.Charge.Kind == schemas.ChargeDeposit {
		ch.Status = schemas.ChargeHeld
	}
	how := o.chance(10, "charge", in.Charge.ChargeID)
	if o.silent || o.rate == 0 {
		how = 9
	}
	switch how {
	case 0, 1:
		ch.Status, ch.Code = schemas.ChargeFailed, schemas.CodeBalance
	case 2: // nobody knows
		receipt.Status, receipt.Code = schemas.ChargeUnknown, schemas.CodeNoAnswer
		return receipt
	case 3:
		if in.Charge.Kind == schemas.ChargeDifference {
			ch.Status = schemas.ChargeSucceeded
		}
	}
	receipt.Status, receipt.Code = ch.Status, ch.Code
	return receipt
}

func (o *outside) lookAtCharge(q schemas.ChargeQuestion) schemas.ChargeReceipt {
	ch := o.books.Charges[q.ChargeID]
	if ch == nil {
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeFailed, Code: schemas.CodeUnknownCharge}
	}
	return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: ch.Status, Code: ch.Code, Amount: ch.Charge.Amount}
}

// endCharge gives a charge up, or gives a deposit back or takes it. What has ended otherwise stays as it is.
func (o *outside) endCharge(q schemas.ChargeQuestion, as schemas.ChargeStatus) schemas.ChargeReceipt {
	ch := o.books.Charges[q.ChargeID]
	if ch == nil {
		ch = &chargeBook{Charge: schemas.Charge{ChargeID: q.ChargeID, Amount: usd(0)}}
		o.books.Charges[q.ChargeID] = ch
	}
	open := ch.Status == schemas.ChargeAccepted || ch.Status == "" || ch.Status == schemas.ChargeFailed
	switch as {
	case schemas.ChargeReleased: // nothing is held under this number any more, and never will be
		open = ch.Status == schemas.ChargeHeld || ch.Status == schemas.ChargeFailed || ch.Status == ""
	case schemas.ChargeCaptured:
		open = ch.Status == schemas.ChargeHeld
	}
	if open {
		ch.Known, ch.Status = true, as
	}
	return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: ch.Status, Code: ch.Code, Amount: ch.Charge.Amount}
}
