package schemas

import "fmt"

// Money is an amount in the smallest unit of its currency (cents, fen). It is never a floating-point number.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217, upper case
}

// Add returns m+o. Both must be of one currency: amounts of a case always are, because intake refuses any other.
func (m Money) Add(o Money) Money { return Money{Minor: m.Minor + o.Minor, Currency: m.Currency} }

// Sub returns m-o, in the currency of m.
func (m Money) Sub(o Money) Money { return Money{Minor: m.Minor - o.Minor, Currency: m.Currency} }

// Min returns the smaller amount.
func (m Money) Min(o Money) Money {
	if o.Minor < m.Minor {
		return o
	}
	return m
}

// IsZero reports whether there is nothing to pay.
func (m Money) IsZero() bool { return m.Minor == 0 }

// currencyExponents holds the currencies whose smallest unit is not a hundredth.
var currencyExponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Exponent is the number of decimal places of a currency.
func Exponent(currency string) int {
	if e, ok := currencyExponents[currency]; ok {
		return e
	}
	return 2
}

// String writes the amount for people: "47.84 USD".
func (m Money) String() string {
	e := Exponent(m.Currency)
	if e == 0 {
		return fmt.Sprintf("%d %s", m.Minor, m.Currency)
	}
	div := int64(1)
	for range e {
		div *= 10
	}
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%0*d %s", sign, minor/div, e, minor%div, m.Currency)
}

// RefundStatus is what is known of one refund. Only the provider's word makes it succeeded.
type RefundStatus string

const (
	RefundRequested  RefundStatus = "requested"    // reserved in the ledger; the provider may or may not have heard of it
	RefundAccepted   RefundStatus = "accepted"     // the provider took the order; that is not success
	RefundSucceeded  RefundStatus = "succeeded"    // the provider says the money has moved
	RefundFailedWord RefundStatus = "failed"       // the provider says it will not move
	RefundUnknown    RefundStatus = "unknown"      // no answer, or one that cannot be read; looked up by its key
	RefundReversed   RefundStatus = "reversed"     // it came back after success
	RefundManual     RefundStatus = "paid_by_hand" // finance paid outside the provider, with proof and a second person
	RefundCancelled  RefundStatus = "cancelled"    // given up before the provider took it; its reservation is free again
)

// Refund is one amount sent back to one payment or gift card. Its key never changes, however often it is tried.
type Refund struct {
	RefundID  string       `json:"refund_id"` // derived: case/refund/sequence
	PaymentID string       `json:"payment_id"`
	Method    string       `json:"method"` // where it goes: the payment's own method, or a gift card of the customer's
	Amount    Money        `json:"amount"`
	Shares    []Share      `json:"shares"` // what part of the amount each line gets
	Status    RefundStatus `json:"status"`
	Code      Code         `json:"code,omitempty"`       // why it failed, in the words of docs/words.md
	Unsure    bool         `json:"unsure,omitempty"`     // the provider may hold something under this number all the same
	ProofID   string       `json:"proof_id,omitempty"`   // evidence of a payment by hand
	Confirmed bool         `json:"confirmed,omitempty"`  // its success was looked up at the provider, not only reported
	Replaces  string       `json:"replaces,omitempty"`   // the refund given up for this one, where the destination changed
	ChangedAt string       `json:"changed_at,omitempty"` // RFC 3339 UTC, the case's own time
	Held      bool         `json:"held,omitempty"`       // a hold keeps it back: the provider is not asked
}

// Share is the part of a refund that belongs to one line.
type Share struct {
	LineID string `json:"line_id"`
	Units  []int  `json:"units,omitempty"` // which part of the line, where quantities went different ways
	Amount Money  `json:"amount"`
	// Netted marks what a line that goes on in another case had paid for another article of an exchange, and gets back: the other case counts
	// it as spent still.
	Netted bool `json:"netted,omitempty"`
}
