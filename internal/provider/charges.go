package provider

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Charges is the side of a payment provider that takes money from customers: what they pay on top, and what is only held as a
// security. A succeeded charge and a taken deposit are payments of the order from then on: Payments.Refund pays out of them
// under the charge's key as its payment id.
//
// Every call carries the whole charge, so that a key the provider has never heard of can be ended too: a Lapse or Release that
// overtakes its own Charge or Hold makes that one come to nothing.
//
// A refusal is an answer (Status failed, with a code), not an error. Errors of every method: key_reused and bad input (never
// retry), and whatever Classify says of a call without an answer.
type Charges interface {
	// Charge has the customer pay an amount by a method. It is accepted, and succeeds or fails later, told by the facts
	// payment.succeeded and payment.failed. The same key with the same parameters (all but the times) is one charge. One that
	// failed may be ordered again under its key; one that lapsed stays lapsed.
	Charge(ctx context.Context, call ChargeCall) (ChargeAnswer, error)

	// Lapse gives a charge up: from then on it cannot be paid. It answers lapsed, or succeeded where the customer was faster.
	Lapse(ctx context.Context, call ChargeCall) (ChargeAnswer, error)

	// Hold keeps an amount of the customer's as a security, at once: it answers held or failed. Same keys as for Charge; one
	// that was given back or taken stays so.
	Hold(ctx context.Context, call ChargeCall) (ChargeAnswer, error)

	// Release gives a deposit back. It answers released, or captured where it was taken before.
	Release(ctx context.Context, call ChargeCall) (ChargeAnswer, error)

	// Capture takes a held deposit. It answers captured, or what the deposit is where it is not held any more: a deposit is
	// given back or taken, never both. One that call.Until is over for is void and answers released. A key the provider never
	// took is the error unknown_charge.
	Capture(ctx context.Context, call ChargeCall) (ChargeAnswer, error)

	// LookupCharge says what became of the charge or deposit with this key. found is false when the provider never took it,
	// which is a definite answer; being unable to say is an error.
	LookupCharge(ctx context.Context, merchant, key string) (answer ChargeAnswer, found bool, err error)
}

// ChargeCall is one charge or deposit.
type ChargeCall struct {
	Key        string // our charge_id: case/charge/sequence
	MerchantID string
	OrderID    string
	CustomerID string
	Method     string
	Amount     schemas.Money
	Until      time.Time // of a deposit: business time after which it is void. Zero: never
	At         time.Time // business time of the order
}

// Check refuses a call that no provider could take. Its error is never worth a retry.
func (c ChargeCall) Check() error {
	for _, field := range []struct{ name, value string }{
		{"key", c.Key}, {"merchant_id", c.MerchantID}, {"customer_id", c.CustomerID}, {"method", c.Method}, {"currency", c.Amount.Currency},
	} {
		if field.value == "" {
			return Never(schemas.CodeMissingField, "a charge needs its "+field.name)
		}
	}
	if c.Amount.Minor <= 0 {
		return Never(schemas.CodeBadAmount, "a charge is above zero")
	}
	return nil
}

// ChargeAnswer is the provider's word on one charge or deposit.
type ChargeAnswer struct {
	Status schemas.ChargeStatus // charge: accepted, succeeded, failed, lapsed; deposit: held, failed, released, captured
	Code   schemas.Code         // failed, and released without having been asked: why
	Amount schemas.Money        // what the provider holds as the amount
}
