package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/store"
)

// disputesCommand lists what is decided outside, as the ledger has it.
type disputesCommand struct {
	Merchant   string `help:"Only this merchant's."`
	Unattended bool   `help:"Only those that no open case answers: open a case, or answer them where they are."`
	All        bool   `help:"Those that are over, too."`
	JSON       bool   `help:"Print JSON Lines."`
}

func (c *disputesCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withDatabase(ctx); err != nil {
		return err
	}
	t := newTable("dispute", "before", "order", "case", "status", "amount", "kept", "answer due")
	n := 0
	for e, err := range r.store.Disputes(ctx, c.Merchant) {
		if err != nil {
			return err
		}
		if !c.lists(e) {
			continue
		}
		n++
		if c.JSON {
			printJSON(e)
			continue
		}
		d := e.Dispute
		t.AppendRow(table.Row{d.DisputeID, d.Kind, e.MerchantID + "/" + e.OrderID, orDash(e.CaseID), d.Status, d.Amount, d.Taken, orDash(whenever(d.DueAt))})
	}
	if !c.JSON {
		t.renderRows()
		fmt.Printf("%d dispute(s)\n", n)
	}
	return nil
}

func (c *disputesCommand) lists(e store.DisputeEntry) bool {
	if c.Unattended {
		return e.Unattended()
	}
	return c.All || !e.Dispute.Status.Over()
}
