package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Ledger is our own book of money over all exits. Every method is one transaction.
//
// A rule of the ledger that forbids what is asked (a constraint) comes back as *schemas.Refusal; every other error means
// that the database could not be asked.
type Ledger interface {
	// ReserveRefund reserves the order's amount under its refund id, or finds what is there under it. The receipt is the
	// refund as it stood before this call, status requested where it is new. asked is true where MarkRefundAsked was
	// written for it: the provider may have heard of it.
	//
	// A refund that failed or came back may be reserved again; its amount is then held as before.
	ReserveRefund(ctx context.Context, order schemas.RefundOrder) (receipt schemas.RefundReceipt, asked bool, err error)

	// MarkRefundAsked writes down that the provider is about to be asked. A refund that failed or came back is requested
	// again from then on.
	MarkRefundAsked(ctx context.Context, merchant, refundID string, at time.Time) error

	// RecordRefund writes down the provider's word on a refund and, in the same transaction, settles the units it pays for.
	// A word that comes too late to change anything (accepted after succeeded) changes nothing. It returns the refund as the
	// ledger has it afterwards.
	RecordRefund(ctx context.Context, merchant string, receipt schemas.RefundReceipt, at time.Time, settle []schemas.LineUnits) (schemas.RefundReceipt, error)

	// RecordByHand records a payment outside the provider in the place of a refund that did not go through.
	RecordByHand(ctx context.Context, order schemas.ByHandOrder) (schemas.RefundReceipt, error)

	// Left is what can still be paid out of an order.
	Left(ctx context.Context, merchant, orderID string) (schemas.OrderLeft, error)

	// Refund returns what the ledger knows of a refund. One it does not have is a *schemas.Refusal.
	Refund(ctx context.Context, merchant, refundID string) (schemas.RefundReceipt, error)
}

// CodeAmountDiffers is the error of a provider that holds another amount under our key than we ordered. Nobody but a person
// can say what that means.
const CodeAmountDiffers schemas.Code = "amount_differs"

// Payments moves money: our ledger on one side, the payment provider on the other.
type Payments struct {
	provider provider.Payments
	ledger   Ledger
	// last is lastAttempt. Temporal's test environment does not tell an activity its retry policy; a test puts in what does.
	last func(ctx context.Context, began time.Time) bool
}

// NewPayments joins a payment provider with the ledger.
func NewPayments(p provider.Payments, l Ledger) *Payments {
	return &Payments{provider: p, ledger: l, last: lastAttempt}
}

// Request sends one amount back: reserve, mark, order, record, in this order.
//
// It is safe to run twice, and safe to be killed anywhere, because each step leaves a trace before the next begins:
//
//   - killed before the mark: nobody was asked. The next run finds its reservation and goes on.
//   - killed between the mark and the record, or left without an answer: the provider may have taken the order. The next
//     run looks it up by its key before anything else; only a definite "not found" or "failed" lets it order again, with
//     the same key.
//   - killed after the record: the next run finds the record, or asks the provider and records the same again.
//
// A refusal by the provider is a receipt with status failed and a code, and so is one of the ledger's for want of money (no_money_left, with
// what is left): what to do about it is the story's business. While
// the provider does not answer the activity fails, so that Temporal tries again; its last attempt returns status unknown
// instead (code no_answer, or unavailable where the provider is known not to have taken it), and the story has a clock on
// that. Errors that no repetition helps: refused (by the ledger, details hold the Refusal), key_reused, unknown_payment,
// bad_amount, amount_differs.
func (p *Payments) Request(ctx context.Context, order schemas.RefundOrder) (schemas.RefundReceipt, error) {
	began := time.Now()
	merchant, id := order.MerchantID, order.Refund.RefundID
	entry, asked, err := p.ledger.ReserveRefund(ctx, order)
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) && refusal.Code == schemas.CodeNoMoneyLeft {
		return p.tooLittle(ctx, order)
	}
	if err != nil {
		return schemas.RefundReceipt{}, oursFailed("reserve refund "+id, err)
	}
	if ended(entry.Status) {
		return entry, nil
	}
	if asked {
		answer, found, err := p.lookup(ctx, merchant, id)
		if err != nil {
			return p.unanswered(ctx, began, "look up refund "+id, merchant, entry, order.At, err)
		}
		if found && !mayBeOrderedAgain(entry, answer) {
			return p.record(ctx, merchant, entry, answer, order.At, order.Units)
		}
		if found && entry.Status != answer.Status {
			// The case has heard of the failure and the ledger has not: only what the ledger knows to have failed is asked for again.
			if _, err := p.record(ctx, merchant, entry, answer, order.At, nil); err != nil {
				return schemas.RefundReceipt{}, err
			}
		}
	}
	if err := p.ledger.MarkRefundAsked(ctx, merchant, id, order.At); err != nil {
		return schemas.RefundReceipt{}, oursFailed("mark refund "+id, err)
	}
	answer, err := p.order(ctx, order)
	if err != nil {
		return p.unanswered(ctx, began, "order refund "+id, merchant, entry, order.At, err)
	}
	return p.record(ctx, merchant, entry, answer, order.At, order.Units)
}

// tooLittle answers an order for which the ledger has no room: nothing was reserved and nobody was asked, and the case is told what can
// still be paid.
func (p *Payments) tooLittle(ctx context.Context, order schemas.RefundOrder) (schemas.RefundReceipt, error) {
	left, err := p.ledger.Left(ctx, order.MerchantID, order.OrderID)
	if err != nil {
		return schemas.RefundReceipt{}, oursFailed("ask what is left of order "+order.OrderID, err)
	}
	return schemas.RefundReceipt{
		RefundID: order.Refund.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeNoMoneyLeft, Amount: order.Refund.Amount, Left: &left,
	}, nil
}

// Lookup asks the provider what became of a refund and records its word. It is safe to run twice: it orders nothing, and the
// ledger keeps the stronger word. A refund the provider never took, or that never reached our own ledger, is status unknown with
// code unknown_refund, and nothing is recorded then: refund.request with the same refund id orders it again. An attempt without
// an answer fails; the last one returns status unknown.
func (p *Payments) Lookup(ctx context.Context, question schemas.RefundQuestion) (schemas.RefundReceipt, error) {
	return p.ask(ctx, question, nil)
}

// Confirm asks the provider whether a refund has succeeded, because anybody may send a fact, and settles its units in the
// transaction that records the success. It is safe to run twice for Lookup's reasons, and because units are settled once. Where
// the provider does not confirm, the receipt says what it does say and no unit is settled.
func (p *Payments) Confirm(ctx context.Context, question schemas.RefundQuestion) (schemas.RefundReceipt, error) {
	return p.ask(ctx, question, question.Units)
}

// RecordByHand records a payment outside the provider. It is one transaction of the ledger's, which recognises the same
// payment by its refund id and proof; so it is safe to run twice.
func (p *Payments) RecordByHand(ctx context.Context, order schemas.ByHandOrder) (schemas.RefundReceipt, error) {
	receipt, err := p.ledger.RecordByHand(ctx, order)
	if err != nil {
		return schemas.RefundReceipt{}, oursFailed("record refund "+order.RefundID+" as paid by hand", err)
	}
	return receipt, nil
}

func (p *Payments) ask(ctx context.Context, q schemas.RefundQuestion, settle []schemas.LineUnits) (schemas.RefundReceipt, error) {
	began := time.Now()
	entry, err := p.ledger.Refund(ctx, q.MerchantID, q.RefundID)
	if notInTheBooks(err, schemas.CodeUnknownRefund) {
		// Nobody is asked before the ledger has the order: our database was away when it was given.
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, nil
	}
	if err != nil {
		return schemas.RefundReceipt{}, oursFailed("find refund "+q.RefundID, err)
	}
	answer, found, err := p.lookup(ctx, q.MerchantID, q.RefundID)
	if err != nil {
		return p.unanswered(ctx, began, "look up refund "+q.RefundID, q.MerchantID, entry, q.At, err)
	}
	if !found {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund, Amount: entry.Amount}, nil
	}
	return p.record(ctx, q.MerchantID, entry, answer, q.At, settle)
}

// notInTheBooks reports whether the ledger says that it has nothing under a number.
func notInTheBooks(err error, code schemas.Code) bool {
	var refusal *schemas.Refusal
	return errors.As(err, &refusal) && refusal.Code == code
}

// order asks the provider for the refund, with less time than the activity itself has.
func (p *Payments) order(ctx context.Context, o schemas.RefundOrder) (provider.RefundAnswer, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	return p.provider.Refund(ctx, provider.RefundCall{
		Key: o.Refund.RefundID, MerchantID: o.MerchantID, OrderID: o.OrderID,
		PaymentID: o.Refund.PaymentID, Method: o.Refund.Method, Amount: o.Refund.Amount, At: o.At,
	})
}

func (p *Payments) lookup(ctx context.Context, merchant, id string) (provider.RefundAnswer, bool, error) {
	ctx, cancel := patience(ctx)
	defer cancel()
	return p.provider.Lookup(ctx, merchant, id)
}

// record writes the provider's word into the ledger. Only success settles units. A refusal may come without an amount.
func (p *Payments) record(ctx context.Context, merchant string, entry schemas.RefundReceipt, answer provider.RefundAnswer, at time.Time, settle []schemas.LineUnits) (schemas.RefundReceipt, error) {
	if answer.Status != schemas.RefundFailedWord && answer.Amount != entry.Amount {
		return schemas.RefundReceipt{}, temporal.NewApplicationErrorWithOptions(
			fmt.Sprintf("the provider holds %s as refund %s; ordered were %s", answer.Amount, entry.RefundID, entry.Amount),
			string(CodeAmountDiffers), temporal.ApplicationErrorOptions{NonRetryable: true})
	}
	if answer.Status != schemas.RefundSucceeded {
		settle = nil
	}
	word := schemas.RefundReceipt{RefundID: entry.RefundID, Status: answer.Status, Code: answer.Code, Amount: entry.Amount}
	receipt, err := p.ledger.RecordRefund(ctx, merchant, word, at, settle)
	if err != nil {
		return schemas.RefundReceipt{}, oursFailed("record refund "+entry.RefundID, err)
	}
	return receipt, nil
}

// unanswered ends an attempt that got no usable answer: with an error that Temporal repeats, or, where it will not, by writing
// down that nothing is known. What the provider accepted before stays written down as accepted.
func (p *Payments) unanswered(ctx context.Context, began time.Time, doing, merchant string, entry schemas.RefundReceipt, at time.Time, err error) (schemas.RefundReceipt, error) {
	known := provider.Classify(err)
	if known.Class == provider.NeverRetry || !p.last(ctx, began) {
		return schemas.RefundReceipt{}, outsideFailed(doing, err)
	}
	unknown := schemas.RefundReceipt{RefundID: entry.RefundID, Status: schemas.RefundUnknown, Code: known.Code, Amount: entry.Amount}
	if entry.Status == schemas.RefundAccepted {
		return unknown, nil
	}
	receipt, err := p.ledger.RecordRefund(ctx, merchant, unknown, at, nil)
	if err != nil {
		return schemas.RefundReceipt{}, oursFailed("record refund "+entry.RefundID+" as unknown", err)
	}
	return receipt, nil
}

// mayBeOrderedAgain says whether the provider's word leaves room for another order under the same key: a failure always,
// because nothing moves; money that came back only where the ledger knew it, so that a person has asked for it again.
func mayBeOrderedAgain(entry schemas.RefundReceipt, answer provider.RefundAnswer) bool {
	return answer.Status == schemas.RefundFailedWord || answer.Status == schemas.RefundReversed && entry.Status == schemas.RefundReversed
}

// ended says whether nothing can become of a refund by ordering it. One that failed or came back can be ordered again.
func ended(status schemas.RefundStatus) bool {
	switch status {
	case schemas.RefundSucceeded, schemas.RefundManual, schemas.RefundCancelled:
		return true
	case schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundFailedWord, schemas.RefundUnknown, schemas.RefundReversed:
		return false
	}
	return false
}
