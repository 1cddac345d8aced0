package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// ChargeLedger is the part of our own book of money that knows what customers pay on top. Its errors are those of Ledger.
type ChargeLedger interface {
	// WriteCharge writes the charge under its number, or finds what is there under it. The receipt is the charge as it stood
	// before this call, status requested where it is new. asked is true where MarkChargeAsked was written for it: the
	// provider may have heard of it.
	WriteCharge(ctx context.Context, order schemas.ChargeOrder) (receipt schemas.ChargeReceipt, asked bool, err error)

	// MarkChargeAsked writes down that the provider is about to be asked. A charge that failed is requested again from then on.
	MarkChargeAsked(ctx context.Context, merchant, chargeID string, at time.Time) error

	// RecordCharge writes down the provider's word. A succeeded charge and a captured deposit become payments of the order in
	// the same transaction. A word that comes too late to change anything changes nothing. It returns the charge as the ledger
	// has it afterwards.
	RecordCharge(ctx context.Context, merchant string, receipt schemas.ChargeReceipt, at time.Time) (schemas.ChargeReceipt, error)

	// ChargeOrder returns the order under a number, with the charge as it stands. One it does not have is a *schemas.Refusal.
	ChargeOrder(ctx context.Context, merchant, chargeID string) (schemas.ChargeOrder, error)
}

// Charges has customers pay, and keeps securities: our ledger on one side, the payment provider on the other.
type Charges struct {
	provider provider.Charges
	ledger   ChargeLedger
	last     func(ctx context.Context, began time.Time) bool // as in Payments
}

// NewCharges joins a payment provider with the ledger.
func NewCharges(p provider.Charges, l ChargeLedger) *Charges {
	return &Charges{provider: p, ledger: l, last: lastAttempt}
}

// Request has the customer pay: write, mark, order, record, in this order. It is safe to run twice, and safe to be killed
// anywhere, for the reasons of Payments.Request: after the mark a charge is looked up by its key before it is ordered again, and
// only a definite "not found" or "failed" lets it be.
//
// A decline is a receipt with status failed and a code. While the provider does not answer the activity fails, so that Temporal
// tries again; its last attempt returns status unknown instead. Errors that no repetition helps: refused (by the ledger, details
// hold the Refusal), key_reused, bad_amount, amount_differs.
func (c *Charges) Request(ctx context.Context, order schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
	return c.take(ctx, order, schemas.ChargeDifference, c.provider.Charge)
}

// Hold has a security held. It is safe to run twice for Request's reasons.
func (c *Charges) Hold(ctx context.Context, order schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
	return c.take(ctx, order, schemas.ChargeDeposit, c.provider.Hold)
}

// Lookup asks the provider what became of a charge or deposit and records its word. It is safe to run twice: it orders nothing,
// and the ledger keeps the stronger word. One the provider never took, or that never reached our own ledger, is status unknown with
// code unknown_charge, and nothing is recorded then: payment.request with the same number orders it again. An attempt without an
// answer fails; the last one returns status unknown.
func (c *Charges) Lookup(ctx context.Context, question schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
	began := time.Now()
	order, err := c.ledger.ChargeOrder(ctx, question.MerchantID, question.ChargeID)
	if notInTheBooks(err, schemas.CodeUnknownCharge) {
		return schemas.ChargeReceipt{ChargeID: question.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeUnknownCharge}, nil
	}
	if err != nil {
		return schemas.ChargeReceipt{}, oursFailed("find charge "+question.ChargeID, err)
	}
	answer, found, err := c.lookup(ctx, question.MerchantID, question.ChargeID)
	if err != nil {
		return c.unanswered(ctx, began, "look up charge "+question.ChargeID, order, question.At, err)
	}
	if !found {
		return schemas.ChargeReceipt{ChargeID: question.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeUnknownCharge, Amount: order.Charge.Amount}, nil
	}
	return c.record(ctx, order, answer, question.At)
}

// Lapse gives a charge up that has not succeeded; the receipt says succeeded where the customer was faster. It is safe to run
// twice: the provider knows the key, and a charge that has lapsed lapses again. One that the provider never took is ended there
// too, so that an order still on its way comes to nothing.
func (c *Charges) Lapse(ctx context.Context, question schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
	return c.end(ctx, "give up charge ", question, schemas.ChargeDifference, c.provider.Lapse)
}

// Release gives a security back; the receipt says captured where it was taken before. It is safe to run twice, as Lapse is.
func (c *Charges) Release(ctx context.Context, question schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
	return c.end(ctx, "give back deposit ", question, schemas.ChargeDeposit, c.provider.Release)
}

// Capture takes a security; the receipt says what it is where it is not held any more. It is safe to run twice, as Lapse is.
func (c *Charges) Capture(ctx context.Context, question schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
	return c.end(ctx, "take deposit ", question, schemas.ChargeDeposit, c.provider.Capture)
}

// operation is one order to the provider. Every one carries the whole charge.
type operation func(ctx context.Context, call provider.ChargeCall) (provider.ChargeAnswer, error)

func (c *Charges) take(ctx context.Context, order schemas.ChargeOrder, kind schemas.ChargeKind, ask operation) (schemas.ChargeReceipt, error) {
	began := time.Now()
	merchant, id := order.MerchantID, order.Charge.ChargeID
	if order.Charge.Kind != kind {
		return schemas.ChargeReceipt{}, oursFailed("write charge "+id, &schemas.Refusal{
			Code: schemas.CodeBadValue, Field: "charge.kind", Message: fmt.Sprintf("this is for a %s and not for a %q.", kind, order.Charge.Kind),
		})
	}
	entry, asked, err := c.ledger.WriteCharge(ctx, order)
	if err != nil {
		return schemas.ChargeReceipt{}, oursFailed("write charge "+id, err)
	}
	if chargeEnded(entry.Status) {
		return entry, nil
	}
	order.Charge.Status, order.Charge.Code = entry.Status, entry.Code
	if asked {
		answer, found, err := c.lookup(ctx, merchant, id)
		if err != nil {
			return c.unanswered(ctx, began, "look up charge "+id, order, order.At, err)
		}
		if found && answer.Status != schemas.ChargeFailed {
			return c.record(ctx, order, answer, order.At)
		}
		if found && entry.Status != answer.Status {
			// The case has heard of the decline and the ledger has not: only what the ledger knows to have failed is asked for again.
			if _, err := c.record(ctx, order, answer, order.At); err != nil {
				return schemas.ChargeReceipt{}, err
			}
		}
	}
	if err := c.ledger.MarkChargeAsked(ctx, merchant, id, order.At); err != nil {
		return schemas.ChargeReceipt{}, oursFailed("mark charge "+id, err)
	}
	order.Charge.Status = schemas.ChargeRequested
	answer, err := c.ask(ctx, order, order.At, ask)
	if err != nil {
		return c.unanswered(ctx, began, "order charge "+id, order, order.At, err)
	}
	return c.record(ctx, order, answer, order.At)
}

func (c *Charges) end(ctx context.Context, doing string, q schemas.ChargeQuestion, kind schemas.ChargeKind, ask operation) (schemas.ChargeReceipt, error) {
	began := time.Now()
	order, err := c.ledger.ChargeOrder(ctx, q.MerchantID, q.ChargeID)
	if err != nil {
		return schemas.ChargeReceipt{}, oursFailed("find charge "+q.ChargeID, err)
	}
	if order.Charge.Kind != kind {
		return schemas.ChargeReceipt{}, oursFailed(doing+q.ChargeID, &schemas.Refusal{
			Code: schemas.CodeBadValue, Field: "charge_id", Message: fmt.Sprintf("%s is a %s.", q.ChargeID, order.Charge.Kind),
		})
	}
	if chargeEnded(order.Charge.Status) {
		return receiptOf(order), nil
	}
	answer, err := c.ask(ctx, order, q.At, ask)
	if err != nil {
		return c.unanswered(ctx, began, doing+q.ChargeID, order, q.At, err)
	}
	return c.record(ctx, order, answer, q.At)
}

// ask orders something of the provider, with less time than the activity itself has.
func (c *Charges) ask(ctx context.Context, o schemas.ChargeOrder, at time.Time, do operation) (provider.ChargeAnswer, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	return do(ctx, provider.ChargeCall{
		Key: o.Charge.ChargeID, MerchantID: o.MerchantID, OrderID: o.OrderID, CustomerID: o.CustomerID,
		Method: o.Charge.Method, Amount: o.Charge.Amount, Until: o.Until, At: at,
	})
}

func (c *Charges) lookup(ctx context.Context, merchant, id string) (provider.ChargeAnswer, bool, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	return c.provider.LookupCharge(ctx, merchant, id)
}

// record writes the provider's word into the ledger. A decline may come without an amount.
func (c *Charges) record(ctx context.Context, order schemas.ChargeOrder, answer provider.ChargeAnswer, at time.Time) (schemas.ChargeReceipt, error) {
	id := order.Charge.ChargeID
	if answer.Status != schemas.ChargeFailed && answer.Amount != order.Charge.Amount {
		return schemas.ChargeReceipt{}, temporal.NewApplicationErrorWithOptions(
			fmt.Sprintf("the provider holds %s as charge %s; ordered were %s", answer.Amount, id, order.Charge.Amount),
			string(CodeAmountDiffers), temporal.ApplicationErrorOptions{NonRetryable: true})
	}
	word := schemas.ChargeReceipt{ChargeID: id, Status: answer.Status, Code: answer.Code, Amount: order.Charge.Amount}
	receipt, err := c.ledger.RecordCharge(ctx, order.MerchantID, word, at)
	if err != nil {
		return schemas.ChargeReceipt{}, oursFailed("record charge "+id, err)
	}
	return receipt, nil
}

// unanswered ends an attempt that got no usable answer: with an error that Temporal repeats, or, where it will not, by writing
// down that nothing is known. What the provider has said before stays written down; the receipt is unknown all the same.
func (c *Charges) unanswered(ctx context.Context, began time.Time, doing string, order schemas.ChargeOrder, at time.Time, err error) (schemas.ChargeReceipt, error) {
	known := provider.Classify(err)
	if known.Class == provider.NeverRetry || !c.last(ctx, began) {
		return schemas.ChargeReceipt{}, outsideFailed(doing, err)
	}
	unknown := schemas.ChargeReceipt{ChargeID: order.Charge.ChargeID, Status: schemas.ChargeUnknown, Code: known.Code, Amount: order.Charge.Amount}
	if order.Charge.Status != schemas.ChargeRequested {
		return unknown, nil
	}
	receipt, err := c.ledger.RecordCharge(ctx, order.MerchantID, unknown, at)
	if err != nil {
		return schemas.ChargeReceipt{}, oursFailed("record charge "+order.Charge.ChargeID+" as unknown", err)
	}
	return receipt, nil
}

func receiptOf(o schemas.ChargeOrder) schemas.ChargeReceipt {
	return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: o.Charge.Status, Code: o.Charge.Code, Amount: o.Charge.Amount}
}

// chargeEnded says whether nothing can become of a charge or deposit any more.
func chargeEnded(status schemas.ChargeStatus) bool {
	switch status {
	case schemas.ChargeSucceeded, schemas.ChargeLapsed, schemas.ChargeReleased, schemas.ChargeCaptured:
		return true
	case schemas.ChargeRequested, schemas.ChargeAccepted, schemas.ChargeFailed, schemas.ChargeUnknown, schemas.ChargeHeld:
		return false
	}
	return false
}
