package workflows_test

import (
	"maps"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// books are what the world outside of a walk knows of itself: payments, charges, goods and messages. They are kept from the calls
// that reach it and from what it does on its own, never from what the case says, so that one can be held against the other.
type books struct {
	Lines     map[string]*lineBook
	Captured  map[string]int64 // by payment, in minor units
	Elsewhere map[string]int64 // what other cases have been paid of a line

	Asked   []schemas.Refund // every order of a refund that came, in order
	Refunds map[string]*refundBook
	Charges map[string]*chargeBook

	Holds     map[string]*holdBook
	Shipments map[string]*shipmentBook
	Parcels   map[string]*parcelBook
	Disposed  map[string]schemas.DisposeOrder
	Returned  map[string]int // articles of a line that have come to the warehouse and were not sent home again

	Bank       map[string]*bankBook              // chargebacks, by their number
	Kept       map[string]*keptBook              // what the ledger keeps for disputes, by their number
	Words      map[string][]schemas.ExternalWord // what was said outside, by the number of the dispute
	Answers    map[string]answerBook             // by command id
	Told       []schemas.Notice
	Given      []givenTask
	Successors []schemas.Opening
	Personal   []string // calls and rows in which personal data stood in clear
	OpenedAt   time.Time
}

type lineBook struct {
	Price    int64 // of all its units
	Quantity int
}

type refundBook struct {
	Refund schemas.Refund
	Status schemas.RefundStatus // the provider's, or paid_by_hand
	Code   schemas.Code
	Known  bool // the provider has heard of it
	Tries  int
}

// paid reports whether the money of a refund is with the customer.
func (r *refundBook) paid() bool {
	return r.Status == schemas.RefundSucceeded || r.Status == schemas.RefundManual
}

type chargeBook struct {
	Charge schemas.Charge
	Status schemas.ChargeStatus
	Code   schemas.Code
	Known  bool
}

// holds reports whether the customer's money is with the shop for good.
func (c *chargeBook) holds() bool {
	return c.Status == schemas.ChargeSucceeded || c.Status == schemas.ChargeCaptured
}

type holdBook struct {
	SKU      string
	Quantity int
	Status   string // none, waiting, held, used, over
}

type shipmentBook struct {
	Order schemas.ShipOrder
	Sent  bool
	Lost  bool // the goods could not be found
	Word  *schemas.ShipmentWord
}

type parcelBook struct {
	Parcel schemas.Parcel
	Case   string
	// Replaces marks a parcel with a replacement; At is when it was known first, in the order of all that happened.
	Replaces bool
	At       int
	Arrived  bool
	// CountedAsLost says that a case has given it up: what comes in it after all is a person's, who has to be told.
	CountedAsLost bool
	Given         bool      // its case has the number, so that the customer may have it
	HeardAt       time.Time // when a case heard that it is on its way, or more; its word may come late
}

type answerBook struct {
	Name    string
	Order   schemas.Order
	Receipt schemas.Receipt
}

func newBooks() *books {
	return &books{
		Lines: map[string]*lineBook{}, Captured: map[string]int64{}, Elsewhere: map[string]int64{}, Refunds: map[string]*refundBook{}, Charges: map[string]*chargeBook{},
		Holds: map[string]*holdBook{}, Shipments: map[string]*shipmentBook{}, Parcels: map[string]*parcelBook{}, Returned: map[string]int{}, Disposed: map[string]schemas.DisposeOrder{}, Bank: map[string]*bankBook{}, Kept: map[string]*keptBook{}, Words: map[string][]schemas.ExternalWord{}, Answers: map[string]answerBook{},
	}
}

// refunds lists the refunds in the order of their numbers.
func (b *books) refunds() []*refundBook {
	return sorted(b.Refunds)
}

func (b *books) charges() []*chargeBook { return sorted(b.Charges) }

func (b *books) shipments() []*shipmentBook { return sorted(b.Shipments) }

func (b *books) parcels() []*parcelBook { return sorted(b.Parcels) }

// asTheyCame lists the parcels in the order in which they were first known.
func (b *books) asTheyCame() []*parcelBook {
	return slices.SortedStableFunc(maps.Values(b.Parcels), func(p, q *parcelBook) int { return p.At - q.At })
}

func sorted[V any](m map[string]V) []V {
	var list []V
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[key])
	}
	return list
}

// paidFor sums up what has been paid for a line out of the order's own payments.
func (b *books) paidFor(line string) int64 {
	var sum int64
	for _, r := range b.Refunds {
		if _, own := b.Captured[r.Refund.PaymentID]; !own || !r.paid() {
			continue
		}
		for _, share := range r.Refund.Shares {
			if share.LineID == line {
				sum += share.Amount.Minor
			}
		}
	}
	return sum
}

// paidOut sums up what has been paid out of a payment, or back of a charge.
func (b *books) paidOut(payment string) int64 {
	var sum int64
	for _, r := range b.Refunds {
		if r.Refund.PaymentID == payment && r.paid() {
			sum += r.Refund.Amount.Minor
		}
	}
	return sum
}

// promised sums up what is paid or may still be paid out of a payment, but for one refund, and what a bank has of it.
func (b *books) promised(payment, but string) int64 {
	sum := b.bankHas(payment)
	for id, r := range b.Refunds {
		if r.Refund.PaymentID == payment && id != but && r.reserved() {
			sum += r.Refund.Amount.Minor
		}
	}
	return sum
}

func (b *books) promisedFor(line, but string) int64 {
	sum := b.Elsewhere[line] + b.bankHasOf(line, false)
	for id, r := range b.Refunds {
		if _, own := b.Captured[r.Refund.PaymentID]; !own || id == but || !r.reserved() {
			continue
		}
		for _, share := range r.Refund.Shares {
			if share.LineID == line {
				sum += share.Amount.Minor
			}
		}
	}
	return sum
}

// promisedForUnits is what of that was for the units of a line.
func (b *books) promisedForUnits(l schemas.Line) int64 {
	sum := b.Elsewhere[l.LineID] * int64(l.Quantity) / int64(b.Lines[l.LineID].Quantity)
	for _, r := range b.Refunds {
		if _, own := b.Captured[r.Refund.PaymentID]; !own || !r.reserved() {
			continue
		}
		for _, share := range r.Refund.Shares {
			if share.LineID != l.LineID || len(share.Units) == 0 {
				continue
			}
			for _, unit := range share.Units {
				if slices.Contains(l.Units, unit) {
					sum += share.Amount.Minor / int64(len(share.Units))
				}
			}
		}
	}
	return sum
}

// reserved reports whether a refund takes room in the ledger: all do but those that cannot be paid any more.
func (r *refundBook) reserved() bool {
	return r.Status != schemas.RefundFailedWord && r.Status != schemas.RefundReversed && r.Status != schemas.RefundCancelled
}
