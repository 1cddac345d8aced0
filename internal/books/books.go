// Package books compares what the outside systems hold true with what we do: payments and charges with the ledger, parcels, stock
// and replacements with the cases. Two books that were kept apart and agree are the proof that nothing was paid twice, lost or invented.
package books

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Ours is our side.
type Ours interface {
	LedgerEntries(ctx context.Context, merchant string) iter.Seq2[store.LedgerEntry, error]
	ChargeEntries(ctx context.Context, merchant string) iter.Seq2[store.ChargeEntry, error]
	Disputes(ctx context.Context, merchant string) iter.Seq2[store.DisputeEntry, error]
	ListCases(ctx context.Context, f store.Filter, p store.Page) ([]schemas.View, string, error)
	CaseRow(ctx context.Context, caseID string) (schemas.View, error)
}

// Theirs is the outside systems' side.
type Theirs interface {
	Refunds(ctx context.Context, merchant string) iter.Seq2[sandbox.RefundEntry, error]
	Parcels(ctx context.Context, merchant string) iter.Seq2[sandbox.ParcelEntry, error]
	StockMovements(ctx context.Context, merchant string) iter.Seq2[sandbox.StockEntry, error]
	Charges(ctx context.Context, merchant string) iter.Seq2[sandbox.ChargeEntry, error]
	Disputes(ctx context.Context, merchant string) iter.Seq2[sandbox.DisputeEntry, error]
	KeptGoods(ctx context.Context, merchant string) iter.Seq2[sandbox.KeptEntry, error]
	Shipped(ctx context.Context, merchant string) iter.Seq2[sandbox.ShippedEntry, error]
}

// Comparison is both sides, entry by entry.
type Comparison struct {
	Payments    []Payment        `json:"payments"`
	Parcels     []Parcel         `json:"parcels"`
	Stock       []Movement       `json:"stock"`
	Charges     []Charge         `json:"charges"`
	Disputes    []Dispute        `json:"disputes"`
	Kept        []Kept           `json:"kept"`
	Sent        []Sent           `json:"sent"`
	Succeeded   map[string]int64 `json:"succeeded"` // refunded: by currency, minor units, as the provider has it
	Charged     map[string]int64 `json:"charged"`   // paid on top and taken, likewise
	Differences int              `json:"differences"`

	goneOn map[string]string // cases that were ended from outside, and those that go on from their rows
}

// Payment is one refund on both sides.
type Payment struct {
	RefundID string               `json:"refund_id"`
	CaseID   string               `json:"case_id"`
	Amount   schemas.Money        `json:"amount"`
	Ledger   schemas.RefundStatus `json:"ledger"`
	Provider schemas.RefundStatus `json:"provider"`
	Differs  string               `json:"differs,omitempty"`
}

// Parcel is one parcel on both sides.
type Parcel struct {
	Waybill string               `json:"waybill"`
	CaseID  string               `json:"case_id"`
	Ours    schemas.ParcelStatus `json:"ours"`
	Carrier schemas.ParcelStatus `json:"carrier"`
	Differs string               `json:"differs,omitempty"`
}

// Movement is the goods of one line on both sides.
type Movement struct {
	CaseID    string `json:"case_id"`
	LineID    string `json:"line_id"`
	SKU       string `json:"sku"`
	Ours      int    `json:"ours"`
	Warehouse int    `json:"warehouse"`
	Differs   string `json:"differs,omitempty"`
}

// Compare goes through both sides. merchant is one merchant, or empty for all.
func Compare(ctx context.Context, ours Ours, theirs Theirs, merchant string) (Comparison, error) {
	c := Comparison{
		Payments: []Payment{}, Parcels: []Parcel{}, Stock: []Movement{}, Charges: []Charge{}, Disputes: []Dispute{}, Kept: []Kept{}, Sent: []Sent{},
		Succeeded: map[string]int64{}, Charged: map[string]int64{},
	}
	if err := c.payments(ctx, ours, theirs, merchant); err != nil {
		return c, err
	}
	if err := c.charges(ctx, ours, theirs, merchant); err != nil {
		return c, err
	}
	if err := c.disputes(ctx, ours, theirs, merchant); err != nil {
		return c, err
	}
	cases, err := allCases(ctx, ours, merchant)
	if err != nil {
		return c, err
	}
	cases = c.served(cases)
	if err := c.parcels(ctx, cases, theirs, merchant); err != nil {
		return c, err
	}
	if err := c.stock(ctx, ours, cases, theirs, merchant); err != nil {
		return c, err
	}
	if err := c.kept(ctx, cases, theirs, merchant); err != nil {
		return c, err
	}
	return c, c.sent(ctx, cases, theirs, merchant)
}

// payments holds each refund of the ledger against the provider's, and the other way round.
func (c *Comparison) payments(ctx context.Context, ours Ours, theirs Theirs, merchant string) error {
	provider := map[string]sandbox.RefundEntry{}
	for r, err := range theirs.Refunds(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the provider's book: %w", err)
		}
		provider[r.Key] = r
		if r.Status == schemas.RefundSucceeded {
			c.Succeeded[r.Amount.Currency] += r.Amount.Minor
		}
	}
	for e, err := range ours.LedgerEntries(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the ledger: %w", err)
		}
		p := Payment{RefundID: e.Refund.RefundID, CaseID: e.CaseID, Amount: e.Refund.Amount, Ledger: e.Refund.Status}
		theirs, known := provider[e.Refund.RefundID]
		delete(provider, e.Refund.RefundID)
		if known {
			p.Provider = theirs.Status
		}
		p.Differs = differs(e, theirs, known)
		c.addPayment(p)
	}
	for _, key := range slices.Sorted(maps.Keys(provider)) {
		r := provider[key]
		c.addPayment(Payment{RefundID: key, Amount: r.Amount, Provider: r.Status, Differs: "the ledger does not know it"})
	}
	return nil
}

// differs says in which way one refund is not the same on both sides. What the provider has ended and we have not heard of
// yet is no difference while the case is open; the money itself is.
func differs(e store.LedgerEntry, theirs sandbox.RefundEntry, known bool) string {
	moved := known && theirs.Status == schemas.RefundSucceeded
	switch {
	case known && theirs.Amount != e.Refund.Amount:
		return fmt.Sprintf("the provider has %s", theirs.Amount)
	case moved && (e.Refund.Status == schemas.RefundManual || e.Refund.Status == schemas.RefundCancelled || e.Refund.Status == schemas.RefundFailedWord):
		return "the provider has paid it"
	case e.Refund.Status == schemas.RefundSucceeded && !moved:
		return "the provider has not paid it"
	case e.Refund.Status == schemas.RefundAccepted && !known:
		return "the provider does not know it"
	}
	return ""
}

func (c *Comparison) addPayment(p Payment) {
	c.Payments = append(c.Payments, p)
	if p.Differs != "" {
		c.Differences++
	}
}

func allCases(ctx context.Context, ours Ours, merchant string) ([]schemas.View, error) {
	var all []schemas.View
	after := ""
	for {
		page, next, err := ours.ListCases(ctx, store.Filter{Merchant: merchant, Everywhere: merchant == "", Scope: store.ScopeAll}, store.Page{After: after, Limit: 500})
		if err != nil {
			return nil, fmt.Errorf("the cases: %w", err)
		}
		all = append(all, page...)
		if after = next; after == "" {
			return all, nil
		}
	}
}

// served leaves out the cases that were ended from outside and that others go on with: what they had under way is those cases' now, under
// the numbers that it began with.
func (c *Comparison) served(cases []schemas.View) []schemas.View {
	c.goneOn = map[string]string{}
	kept := cases[:0]
	for _, v := range cases {
		if v.Outcome == schemas.Adopted {
			c.goneOn[v.CaseID] = v.SuccessorID
			continue
		}
		kept = append(kept, v)
	}
	return kept
}

// caseOf is the case that a number of ours belongs to now.
func (c *Comparison) caseOf(key string) string {
	id := caseOf(key)
	for range len(c.goneOn) {
		next, ok := c.goneOn[id]
		if !ok {
			break
		}
		id = next
	}
	return id
}

// parcels holds what the cases believe of their parcels against the carrier's book. A parcel of an open case may be behind.
func (c *Comparison) parcels(ctx context.Context, cases []schemas.View, theirs Theirs, merchant string) error {
	carrier := map[string]sandbox.ParcelEntry{}
	for p, err := range theirs.Parcels(ctx, merchant) {
		if err != nil {
			return fmt.Errorf("the carrier's book: %w", err)
		}
		carrier[p.MerchantID+"/"+p.Waybill] = p
	}
	for _, v := range cases {
		for _, p := range v.Parcels {
			theirs, known := carrier[v.MerchantID+"/"+p.Waybill]
			entry := Parcel{Waybill: p.Waybill, CaseID: v.CaseID, Ours: p.Status, Carrier: theirs.Status}
			switch {
			// A parcel of the customer's own is registered only so that its facts reach us; it may arrive before that is done.
			case !known && v.ClosedAt != nil && p.Status == schemas.ParcelDelivered && p.Label != "":
				entry.Differs = "the carrier does not know it"
			case known && p.Status == schemas.ParcelDelivered && theirs.DeliveredAt == nil:
				entry.Differs = "the carrier has not delivered it"
			}
			c.Parcels = append(c.Parcels, entry)
			if entry.Differs != "" {
				c.Differences++
			}
		}
	}
	return nil
}
