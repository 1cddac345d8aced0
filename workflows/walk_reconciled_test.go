package workflows_test

import (
	"context"
	"fmt"
	"iter"
	"strings"

	daily "github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// The daily reconciliation of a walk (starter books): what its cases say of money and goods, held against what the outside has booked. The
// ledger's part is played by the cases' own accounts.

// differences lists where the two do not agree.
func differences(b *books, cases []schemas.View) []string {
	c, err := daily.Compare(context.Background(), accounts{cases, b}, outsideBooks{b}, "shop")
	if err != nil {
		return []string{err.Error()}
	}
	var list []string
	note := func(differs, format string, args ...any) {
		if differs != "" {
			list = append(list, fmt.Sprintf(format, args...)+": "+differs)
		}
	}
	for _, e := range c.Payments {
		note(e.Differs, "%s of %s (%s, %s)", e.RefundID, e.Amount, e.Ledger, e.Provider)
	}
	for _, e := range c.Charges {
		note(e.Differs, "%s of %s (%s, %s)", e.ChargeID, e.Amount, e.Ledger, e.Provider)
	}
	for _, e := range c.Parcels {
		note(e.Differs, "parcel %s of %s (%s, %s)", e.Waybill, e.CaseID, e.Ours, e.Carrier)
	}
	for _, e := range c.Stock {
		note(e.Differs, "%s line %s (%d, %d)", e.CaseID, e.LineID, e.Ours, e.Warehouse)
	}
	for _, e := range c.Disputes {
		// Money that went twice is found here in any case; that somebody was told of it before is a law of its own.
		if !strings.HasPrefix(e.Differs, "paid twice") {
			note(e.Differs, "%s of %s (%s, %s)", e.DisputeID, e.Amount, e.Ledger, e.Bank)
		}
	}
	list = append(list, misheard(b, cases)...)
	for _, e := range c.Kept {
		note(e.Differs, "%s (%s)", e.Key, e.Warehouse)
	}
	for _, e := range c.Sent {
		note(e.Differs, "%s line %s (%d, %d)", e.ShipmentID, e.LineID, e.Ours, e.Warehouse)
	}
	return list
}

// accounts are the cases' side.
type accounts struct {
	cases []schemas.View
	books *books
}

func entriesOf[E any](all []E) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// own reports whether a number is a case's own, and not that of a case it continues.
func own(v schemas.View, number string) bool { return strings.HasPrefix(number, v.CaseID+"/") }

func (a accounts) LedgerEntries(context.Context, string) iter.Seq2[store.LedgerEntry, error] {
	last := map[string]schemas.Refund{} // by the case that heard of it last
	for _, v := range a.cases {
		for _, f := range v.Money.Entries {
			last[f.RefundID] = f
		}
	}
	var all []store.LedgerEntry
	for id, f := range ordered(last) {
		// What came back after it had arrived is known once the word of it was heard, and that word may be lost.
		if r := a.books.Refunds[id]; r == nil || r.Status != schemas.RefundReversed {
			all = append(all, store.LedgerEntry{MerchantID: "shop", CaseID: caseOf(id), Refund: f})
		}
	}
	return entriesOf(all)
}

func (a accounts) ChargeEntries(context.Context, string) iter.Seq2[store.ChargeEntry, error] {
	var all []store.ChargeEntry
	for _, v := range a.cases {
		for _, ch := range v.Money.Charges {
			if own(v, ch.ChargeID) {
				all = append(all, store.ChargeEntry{MerchantID: "shop", CaseID: v.CaseID, Charge: ch})
			}
		}
	}
	return entriesOf(all)
}

// Disputes are the ledger's own: what the cases have had it write down.
func (a accounts) Disputes(context.Context, string) iter.Seq2[store.DisputeEntry, error] {
	var all []store.DisputeEntry
	for id, k := range ordered(a.books.Kept) {
		if bank := a.books.Bank[id]; bank != nil && bank.known() {
			all = append(all, store.DisputeEntry{MerchantID: "shop", OrderID: "o-1", Dispute: k.Dispute})
		}
	}
	return entriesOf(all)
}

func (a accounts) ListCases(context.Context, store.Filter, store.Page) ([]schemas.View, string, error) {
	return a.cases, "", nil
}

func (a accounts) CaseRow(_ context.Context, id string) (schemas.View, error) {
	for _, v := range a.cases {
		if v.CaseID == id {
			return v, nil
		}
	}
	return schemas.View{}, store.ErrNotFound
}

// outsideBooks are the outside's side.
type outsideBooks struct{ *books }

func (o outsideBooks) Refunds(context.Context, string) iter.Seq2[sandbox.RefundEntry, error] {
	var all []sandbox.RefundEntry
	for _, r := range o.refunds() {
		status := r.Status
		if status == schemas.RefundManual || status == schemas.RefundCancelled {
			status = schemas.RefundFailedWord // the provider has not paid it, and does not know who has
		}
		if r.Known && status != schemas.RefundReversed {
			all = append(all, sandbox.RefundEntry{MerchantID: "shop", Key: r.Refund.RefundID, PaymentID: r.Refund.PaymentID, Amount: r.Refund.Amount, Status: status})
		}
	}
	return entriesOf(all)
}

func (o outsideBooks) Parcels(context.Context, string) iter.Seq2[sandbox.ParcelEntry, error] {
	var all []sandbox.ParcelEntry
	for _, p := range o.parcels() {
		all = append(all, sandbox.ParcelEntry{MerchantID: "shop", Waybill: p.Parcel.Waybill, Status: p.Parcel.Status, DeliveredAt: p.Parcel.DeliveredAt})
	}
	return entriesOf(all)
}

func (o outsideBooks) StockMovements(context.Context, string) iter.Seq2[sandbox.StockEntry, error] {
	var all []sandbox.StockEntry
	for key, d := range ordered(o.Disposed) {
		for _, g := range d.Goods {
			all = append(all, sandbox.StockEntry{MerchantID: "shop", Key: key, LineID: g.LineID, SKU: g.SKU, Quantity: g.Quantity})
		}
	}
	return entriesOf(all)
}

func (o outsideBooks) Charges(context.Context, string) iter.Seq2[sandbox.ChargeEntry, error] {
	var all []sandbox.ChargeEntry
	for id, ch := range ordered(o.books.Charges) {
		if ch.Known && ch.Charge.Kind != "" {
			all = append(all, sandbox.ChargeEntry{MerchantID: "shop", Key: id, Kind: ch.Charge.Kind, Amount: ch.Charge.Amount, Status: ch.Status})
		}
	}
	return entriesOf(all)
}

// Disputes are the chargebacks of which the last word has reached a case: one whose word is lost is what the daily comparison is for.
func (o outsideBooks) Disputes(context.Context, string) iter.Seq2[sandbox.DisputeEntry, error] {
	var all []sandbox.DisputeEntry
	for id, b := range ordered(o.Bank) {
		if b.known() {
			all = append(all, sandbox.DisputeEntry{MerchantID: "shop", DisputeID: id, PaymentID: b.Word.PaymentID, Amount: *b.Word.Amount, Status: b.Status})
		}
	}
	return entriesOf(all)
}

func (o outsideBooks) KeptGoods(context.Context, string) iter.Seq2[sandbox.KeptEntry, error] {
	var all []sandbox.KeptEntry
	as := map[string]sandbox.Kept{"waiting": sandbox.KeptWaiting, "held": sandbox.KeptHeld, "used": sandbox.KeptUsed, "over": sandbox.KeptReleased}
	for key, h := range ordered(o.Holds) {
		if status, is := as[h.Status]; is {
			all = append(all, sandbox.KeptEntry{MerchantID: "shop", Key: key, SKU: h.SKU, Quantity: h.Quantity, Status: status})
		}
	}
	return entriesOf(all)
}

func (o outsideBooks) Shipped(context.Context, string) iter.Seq2[sandbox.ShippedEntry, error] {
	var all []sandbox.ShippedEntry
	for _, s := range o.shipments() {
		entry := sandbox.ShippedEntry{MerchantID: "shop", ShipmentID: s.Order.ShipmentID, Status: "ordered"}
		if s.Sent {
			entry.Status, entry.Waybill, entry.Carrier = "sent", s.Word.Waybill, s.Word.Carrier
		}
		for _, g := range s.Order.Goods {
			entry.LineID, entry.SKU, entry.Quantity, entry.StockKey = g.LineID, g.SKU, g.Quantity, g.StockKey
			all = append(all, entry)
		}
	}
	return entriesOf(all)
}
