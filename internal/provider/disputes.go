package provider

import (
	"context"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Disputes is the side of a payment provider on which a merchant answers chargebacks. What happens to them is told by the facts
// external.opened, external.updated and external.decided.
type Disputes interface {
	// Answer hands a merchant's answer in: evidence, or the word that the chargeback is accepted. The same key with the same parameters
	// (all but At) is one answer, and a dispute has one: a second one under another key is the error already_answered. One that has
	// ended before is answered with how it ended, and nothing changes.
	//
	// Errors: key_reused, already_answered and unknown_dispute (never retry), and whatever Classify says of a call without an answer.
	Answer(ctx context.Context, call DisputeCall) (DisputeAnswer, error)

	// LookupDispute says how a dispute stands. found is false when the provider knows none of this number.
	LookupDispute(ctx context.Context, merchant, disputeID string) (answer DisputeAnswer, found bool, err error)
}

// Codes of answers that are not taken.
const (
	CodeAlreadyAnswered schemas.Code = "already_answered" // a bank reads one answer
	CodeUnknownDispute  schemas.Code = "unknown_dispute"  // the provider has no such dispute of this merchant
)

// DisputeCall is one answer to one dispute.
type DisputeCall struct {
	Key        string // case/answer/sequence
	MerchantID string
	DisputeID  string   // the provider's own number
	Accept     bool     // the merchant agrees, and the money stays with the customer
	Evidence   []string // ids of what is handed in
	Pack       string   // the hash of the evidence pack
	Refunds    []string // our numbers of refunds that reached the customer
	At         time.Time
}

// Check refuses a call that no provider could take.
func (c DisputeCall) Check() error {
	for _, field := range []struct{ name, value string }{{"key", c.Key}, {"merchant_id", c.MerchantID}, {"dispute_id", c.DisputeID}} {
		if field.value == "" {
			return Never(schemas.CodeMissingField, "an answer needs its "+field.name)
		}
	}
	return nil
}

// Same reports whether two calls hand the same thing in. When they do does not matter.
func (c DisputeCall) Same(o DisputeCall) bool {
	return c.MerchantID == o.MerchantID && c.DisputeID == o.DisputeID && c.Accept == o.Accept && c.Pack == o.Pack &&
		slices.Equal(c.Evidence, o.Evidence) && slices.Equal(c.Refunds, o.Refunds)
}

// DisputeAnswer is the provider's word on one dispute.
type DisputeAnswer struct {
	Status schemas.DisputeStatus // open, answered, or how it ended: lost (accepted ones too), won, withdrawn
	Amount schemas.Money         // what the bank took back
}
