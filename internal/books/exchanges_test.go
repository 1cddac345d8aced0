package books_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

var noon = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

func usd(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

// ours and theirs are two sides that a test writes as it wants them.
type ours struct {
	refunds  []store.LedgerEntry
	charges  []store.ChargeEntry
	disputes []store.DisputeEntry
	cases    []schemas.View
	later    map[string]schemas.View // rows that have changed since they were listed
}

type theirs struct {
	refunds  []sandbox.RefundEntry
	parcels  []sandbox.ParcelEntry
	stock    []sandbox.StockEntry
	charges  []sandbox.ChargeEntry
	disputes []sandbox.DisputeEntry
	kept     []sandbox.KeptEntry
	shipped  []sandbox.ShippedEntry
}

func each[E any](all []E) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (o *ours) LedgerEntries(context.Context, string) iter.Seq2[store.LedgerEntry, error] {
	return each(o.refunds)
}

func (o *ours) ChargeEntries(context.Context, string) iter.Seq2[store.ChargeEntry, error] {
	return each(o.charges)
}

func (o *ours) Disputes(context.Context, string) iter.Seq2[store.DisputeEntry, error] {
	return each(o.disputes)
}

func (o *theirs) Disputes(context.Context, string) iter.Seq2[sandbox.DisputeEntry, error] {
	return each(o.disputes)
}

func (o *ours) ListCases(context.Context, store.Filter, store.Page) ([]schemas.View, string, error) {
	return o.cases, "", nil
}

func (o *ours) CaseRow(_ context.Context, id string) (schemas.View, error) {
	if v, changed := o.later[id]; changed {
		return v, nil
	}
	for _, v := range o.cases {
		if v.CaseID == id {
			return v, nil
		}
	}
	return schemas.View{}, store.ErrNotFound
}

func (s *theirs) Refunds(context.Context, string) iter.Seq2[sandbox.RefundEntry, error] {
	return each(s.refunds)
}

func (s *theirs) Parcels(context.Context, string) iter.Seq2[sandbox.ParcelEntry, error] {
	return each(s.parcels)
}

func (s *theirs) StockMovements(context.Context, string) iter.Seq2[sandbox.StockEntry, error] {
	return each(s.stock)
}

func (s *theirs) Charges(context.Context, string) iter.Seq2[sandbox.ChargeEntry, error] {
	return each(s.charges)
}

func (s *theirs) KeptGoods(context.Context, string) iter.Seq2[sandbox.KeptEntry, error] {
	return each(s.kept)
}

func (s *theirs) Shipped(context.Context, string) iter.Seq2[sandbox.ShippedEntry, error] {
	return each(s.shipped)
}

// exchanged is an ended exchange for a dearer article, sent in advance with a deposit, as both sides have it.
func exchanged() (*ours, *theirs) {
	charge := func(n string, kind schemas.ChargeKind, status schemas.ChargeStatus) store.ChargeEntry {
		return store.ChargeEntry{MerchantID: "m", CaseID: "m:r", OrderID: "o-1", Charge: schemas.Charge{ChargeID: "m:r/charge/" + n, Kind: kind, Method: "card-1", Amount: usd(700), Status: status}}
	}
	entry := func(n string, kind schemas.ChargeKind, status schemas.ChargeStatus) sandbox.ChargeEntry {
		return sandbox.ChargeEntry{MerchantID: "m", Key: "m:r/charge/" + n, Kind: kind, OrderID: "o-1", Method: "card-1", Amount: usd(700), Status: status}
	}
	ended := noon
	view := schemas.View{
		CaseID: "m:r", MerchantID: "m", ClosedAt: &ended,
		Lines: []schemas.Line{{LineID: "1", SKU: "sku-1", Quantity: 2, Outcome: schemas.Completed, Replacement: &schemas.Replacement{
			SKU: "sku-2", StockKey: "m:r/stock/1", ShipmentID: "m:r/ship/1", Waybill: "W1",
		}}},
		Parcels: []schemas.Parcel{{Waybill: "W1", Carrier: "sf", Direction: schemas.ToCustomer, Status: schemas.ParcelDelivered}},
	}
	o := &ours{
		charges: []store.ChargeEntry{
			charge("1", schemas.ChargeDifference, schemas.ChargeSucceeded), charge("2", schemas.ChargeDeposit, schemas.ChargeReleased),
		},
		cases: []schemas.View{view},
	}
	s := &theirs{
		charges: []sandbox.ChargeEntry{
			entry("1", schemas.ChargeDifference, schemas.ChargeSucceeded), entry("2", schemas.ChargeDeposit, schemas.ChargeReleased),
		},
		parcels: []sandbox.ParcelEntry{{MerchantID: "m", Key: "m:r/ship/1", Waybill: "W1", Status: schemas.ParcelDelivered, DeliveredAt: &ended}},
		kept:    []sandbox.KeptEntry{{MerchantID: "m", Key: "m:r/stock/1", SKU: "sku-2", Quantity: 2, Status: sandbox.KeptUsed}},
		shipped: []sandbox.ShippedEntry{{MerchantID: "m", ShipmentID: "m:r/ship/1", Status: "sent", Waybill: "W1", LineID: "1", SKU: "sku-2", Quantity: 2, StockKey: "m:r/stock/1"}},
	}
	return o, s
}

func compare(t *testing.T, o *ours, s *theirs) (books.Comparison, []string) {
	t.Helper()
	c, err := books.Compare(t.Context(), o, s, "")
	require.NoError(t, err)
	var said []string
	for _, e := range c.Charges {
		said = append(said, e.Differs)
	}
	for _, e := range c.Kept {
		said = append(said, e.Differs)
	}
	for _, e := range c.Sent {
		said = append(said, e.Differs)
	}
	return c, slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

func TestAnExchangeThatWentWellHasNoDifference(t *testing.T) {
	t.Parallel()
	o, s := exchanged()
	c, said := compare(t, o, s)
	require.Zero(t, c.Differences, said)
	require.Equal(t, [3]int{2, 1, 1}, [3]int{len(c.Charges), len(c.Kept), len(c.Sent)})
	require.Equal(t, map[string]int64{"USD": 700}, c.Charged)
}

func TestEveryDisagreementAboutAnExchangeIsADifference(t *testing.T) {
	t.Parallel()
	open := func(o *ours) { o.cases[0].ClosedAt = nil }
	for want, spoil := range map[string]func(o *ours, s *theirs){
		"the provider has a difference of 7.01 USD": func(_ *ours, s *theirs) { s.charges[0].Amount = usd(701) },
		"the provider has a deposit of 7.00 USD":    func(_ *ours, s *theirs) { s.charges[0].Kind = schemas.ChargeDeposit },
		"the provider has not taken it":             func(_ *ours, s *theirs) { s.charges[0].Status = schemas.ChargeAccepted },
		"the provider has taken it":                 func(_ *ours, s *theirs) { s.charges[1].Status = schemas.ChargeCaptured },
		"the provider has not given it up":          func(_ *ours, s *theirs) { s.charges[1].Status = schemas.ChargeHeld },
		"the provider does not hold it": func(o *ours, s *theirs) {
			o.charges[1].Charge.Status, s.charges[1].Status = schemas.ChargeHeld, schemas.ChargeFailed
		},
		"the provider does not know it": func(o *ours, s *theirs) {
			o.charges[0].Charge.Status, s.charges = schemas.ChargeAccepted, s.charges[1:]
		},
		"the ledger does not know it":                  func(o *ours, _ *theirs) { o.charges = o.charges[1:] },
		"kept for a case that has ended":               func(_ *ours, s *theirs) { s.kept[0].Status = sandbox.KeptHeld },
		"no such case":                                 func(_ *ours, s *theirs) { s.kept[0].Key = "m:none/stock/1" },
		"the case counts on it, and it was given back": func(o *ours, s *theirs) { open(o); s.kept[0].Status = sandbox.KeptReleased },
		"the warehouse does not know it":               func(o *ours, s *theirs) { open(o); s.kept = nil },
		"the warehouse has not sent it":                func(_ *ours, s *theirs) { s.shipped[0].Status = "ordered" },
		"not the same number of pieces":                func(_ *ours, s *theirs) { s.shipped[0].Quantity = 1 },
		"the case does not know it":                    func(o *ours, _ *theirs) { o.cases[0].Lines[0].Replacement, o.cases[0].Parcels = nil, nil },
	} {
		o, s := exchanged()
		spoil(o, s)
		c, said := compare(t, o, s)
		require.Equal(t, []string{want}, said)
		require.Equal(t, 1, c.Differences, want)
	}
}

func TestWhatAnOpenCaseHasNotHeardYetIsNoDifference(t *testing.T) {
	t.Parallel()
	for name, behind := range map[string]func(o *ours, s *theirs){
		"a payment":         func(o *ours, _ *theirs) { o.charges[0].Charge.Status = schemas.ChargeAccepted },
		"a void deposit":    func(o *ours, _ *theirs) { o.charges[1].Charge.Status = schemas.ChargeHeld },
		"an unknown charge": func(o *ours, _ *theirs) { o.charges[0].Charge.Status = schemas.ChargeUnknown },
		"a shipment": func(o *ours, _ *theirs) {
			o.cases[0].Lines[0].Replacement.Waybill, o.cases[0].Parcels = "", nil
		},
		"a replacement that was found again": func(o *ours, _ *theirs) { o.cases[0].Lines[0].Replacement.ShipmentID = "" },
		"a part that got another one since":  func(o *ours, _ *theirs) { o.cases[0].Lines[0].Quantity = 1 },
		"a loss":                             func(_ *ours, s *theirs) { s.kept[0].Status = sandbox.KeptLost },
		"an earlier attempt that was lost on its way": func(o *ours, s *theirs) {
			lost := s.shipped[0]
			lost.ShipmentID, lost.Waybill = "m:r/ship/0", "W0"
			s.shipped = append(s.shipped, lost)
			o.cases[0].Parcels = append(o.cases[0].Parcels, schemas.Parcel{Waybill: "W0", Status: schemas.ParcelLost})
		},
	} {
		o, s := exchanged()
		o.cases[0].ClosedAt = nil
		behind(o, s)
		c, said := compare(t, o, s)
		require.Zero(t, c.Differences, "%s: %v", name, said)
	}
}
