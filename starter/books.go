package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/books"
)

// booksCommand compares the sandboxes' own books with ours.
type booksCommand struct {
	Merchant string `help:"Only this merchant's."`
	JSON     bool   `help:"Print one JSON object."`
	All      bool   `help:"Print every entry, not only those that differ."`
}

func (c *booksCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withDatabase(ctx); err != nil {
		return err
	}
	if err := r.withSandbox(ctx); err != nil {
		return err
	}
	found, err := books.Compare(ctx, r.store, r.world.Books(), c.Merchant)
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(found)
	} else {
		c.print(found)
	}
	if found.Differences > 0 {
		return fmt.Errorf("the books differ in %d place(s)", found.Differences)
	}
	return nil
}

func (c *booksCommand) print(found books.Comparison) {
	t := newTable("payments", "case", "ledger", "provider", "amount", "")
	for _, e := range found.Payments {
		if c.All || e.Differs != "" {
			t.AppendRow(table.Row{e.RefundID, e.CaseID, orDash(string(e.Ledger)), orDash(string(e.Provider)), e.Amount, e.Differs})
		}
	}
	t.renderRows()
	p := newTable("parcels", "case", "ours", "carrier's", "")
	for _, e := range found.Parcels {
		if c.All || e.Differs != "" {
			p.AppendRow(table.Row{e.Waybill, e.CaseID, orDash(string(e.Ours)), orDash(string(e.Carrier)), e.Differs})
		}
	}
	p.renderRows()
	s := newTable("stock", "line", "sku", "ours", "warehouse's", "")
	for _, e := range found.Stock {
		if c.All || e.Differs != "" {
			s.AppendRow(table.Row{e.CaseID, e.LineID, e.SKU, e.Ours, e.Warehouse, e.Differs})
		}
	}
	s.renderRows()
	c.printExchanges(found)
	fmt.Printf("%d payment(s), %d parcel(s), %d movement(s) of stock, %d charge(s), %d dispute(s), %d reservation(s), %d replacement(s) compared; %d difference(s). Succeeded: %s. Charged: %s.\n",
		len(found.Payments), len(found.Parcels), len(found.Stock), len(found.Charges), len(found.Disputes), len(found.Kept), len(found.Sent),
		found.Differences, amounts(found.Succeeded), amounts(found.Charged))
}

// printExchanges prints what belongs to exchanges, where there is any of it.
func (c *booksCommand) printExchanges(found books.Comparison) {
	if len(found.Charges)+len(found.Disputes)+len(found.Kept)+len(found.Sent) == 0 {
		return
	}
	m := newTable("charges", "case", "ledger", "provider", "amount", "")
	for _, e := range found.Charges {
		if c.All || e.Differs != "" {
			m.AppendRow(table.Row{e.ChargeID, e.CaseID, orDash(string(e.Ledger)), orDash(string(e.Provider)), e.Amount, e.Differs})
		}
	}
	m.renderRows()
	c.printDisputes(found)
	k := newTable("kept", "case", "sku", "warehouse's", "")
	for _, e := range found.Kept {
		if c.All || e.Differs != "" {
			k.AppendRow(table.Row{e.Key, e.CaseID, e.SKU, orDash(string(e.Warehouse)), e.Differs})
		}
	}
	k.renderRows()
	s := newTable("sent", "line", "sku", "waybill", "ours", "warehouse's", "")
	for _, e := range found.Sent {
		if c.All || e.Differs != "" {
			s.AppendRow(table.Row{e.ShipmentID, e.LineID, e.SKU, e.Waybill, e.Ours, e.Warehouse, e.Differs})
		}
	}
	s.renderRows()
}

// printDisputes prints what banks took back, with what was refunded of the same payment.
func (c *booksCommand) printDisputes(found books.Comparison) {
	t := newTable("disputes", "case", "payment", "ledger", "bank", "amount", "kept", "")
	for _, e := range found.Disputes {
		if c.All || e.Differs != "" {
			t.AppendRow(table.Row{e.DisputeID, orDash(e.CaseID), e.PaymentID, orDash(string(e.Ledger)), orDash(string(e.Bank)), e.Amount, e.Kept, e.Differs})
		}
	}
	t.renderRows()
}
