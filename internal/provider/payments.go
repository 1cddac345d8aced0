package provider

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Payments is a payment provider.
type Payments interface {
	// Refund sends one amount back. The same key with the same parameters (all but At) is one refund: it answers what
	// became of it and pays nothing twice. A refund that failed or came back may be ordered again under its key; it is
	// judged anew. An outside system that wants another number for that gets one by the implementation's own rule.
	//
	// A refusal is an answer (Status failed, with a code), not an error. Errors: key_reused and unknown_payment (never
	// retry), and whatever Classify says of a call without an answer.
	Refund(ctx context.Context, call RefundCall) (RefundAnswer, error)

	// Lookup says what became of the refund with this key. found is false when the provider never took it, which is a
	// definite answer; being unable to say is an error.
	Lookup(ctx context.Context, merchant, key string) (answer RefundAnswer, found bool, err error)
}

// RefundCall orders one refund.
type RefundCall struct {
	Key        string // our refund_id: case/refund/sequence
	MerchantID string
	OrderID    string
	PaymentID  string
	Method     string // where it goes: the payment's own method, or another of the same customer's
	Amount     schemas.Money
	At         time.Time // business time of the order
}

// Check refuses a call that no provider could take. Its error is never worth a retry.
func (c RefundCall) Check() error {
	for _, field := range []struct{ name, value string }{
		{"key", c.Key}, {"merchant_id", c.MerchantID}, {"payment_id", c.PaymentID}, {"currency", c.Amount.Currency},
	} {
		if field.value == "" {
			return Never(schemas.CodeMissingField, "a refund needs its "+field.name)
		}
	}
	if c.Amount.Minor <= 0 {
		return Never(schemas.CodeBadAmount, "a refund is above zero")
	}
	return nil
}

// RefundAnswer is the provider's word on one refund.
type RefundAnswer struct {
	Status schemas.RefundStatus // accepted (which is not success), succeeded, failed; from Lookup also reversed
	Code   schemas.Code         // failed and reversed: why
	Amount schemas.Money        // what the provider holds as the refund's amount
	Number string               // the provider's own number of it, which stays the same; empty where it gives none
}
