package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// listCommand lists cases.
type listCommand struct {
	Merchant string `help:"Only this merchant's; all merchants' where it is left out."`
	Owner    string `help:"Only this person's."`
	State    string `help:"Only in this state, such as REVIEW."`
	Stage    string `help:"Only in this stage."`
	Turn     string `help:"Only where it is this party's turn."`
	Order    string `help:"Only of this order."`
	Customer string `help:"Only of this customer."`
	Waybill  string `help:"Only with this parcel."`
	Closed   bool   `help:"Closed cases instead of open ones."`
	All      bool   `help:"Open and closed cases."`
	Limit    int    `help:"How many at most." default:"50"`
	After    string `help:"The cursor printed under the page before."`
	JSON     bool   `help:"Print JSON Lines; the last object holds the next cursor."`
}

func (c *listCommand) Run(ctx context.Context, cli *commandLine) error {
	if c.Limit < 1 || c.Limit > 500 {
		return usageError{fmt.Errorf("--limit is 1 to 500")}
	}
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withDatabase(ctx); err != nil {
		return err
	}
	scope := store.ScopeOpen
	switch {
	case c.All:
		scope = store.ScopeAll
	case c.Closed:
		scope = store.ScopeClosed
	}
	found, next, err := r.store.ListCases(ctx, store.Filter{
		Merchant: c.Merchant, Everywhere: c.Merchant == "", Owner: c.Owner, State: schemas.State(strings.ToUpper(c.State)), Stage: schemas.Stage(strings.ToUpper(c.Stage)),
		Turn: schemas.Turn(strings.ToLower(c.Turn)), Order: c.Order, Customer: c.Customer, Waybill: c.Waybill, Scope: scope,
	}, store.Page{After: c.After, Limit: c.Limit})
	if err != nil {
		return err
	}
	if c.JSON {
		for _, v := range found {
			printJSON(v)
		}
		if next != "" {
			printJSON(map[string]string{"next": next})
		}
		return nil
	}
	t := newTable("case", "state", "turn", "who", "due", "left", "for", "priority", "level", "reason", "outcome", "refunded")
	now := time.Now()
	for _, v := range found {
		remaining := ""
		if v.DueAt != nil {
			remaining = left(*v.DueAt, now)
		}
		t.AppendRow(table.Row{v.CaseID, v.State, v.Turn, whoActs(v), whenever(v.DueAt), remaining, v.DueFor, v.Priority, v.Level, v.Reason, outcomeOf(v), paid(v)})
	}
	t.Render()
	fmt.Printf("%d case(s)\n", len(found))
	if next != "" {
		fmt.Fprintf(os.Stdout, "more: add --after %s\n", next)
	}
	return nil
}

// whoActs is the person a case waits for on the merchant's side: whoever was asked last, or the owner.
func whoActs(v schemas.View) string {
	if v.Asked != "" {
		return v.Asked
	}
	return v.Owner
}

func paid(v schemas.View) string {
	if v.Money.Refunded.IsZero() {
		return ""
	}
	return v.Money.Refunded.String()
}
