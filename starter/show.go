package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// showCommand shows a case.
type showCommand struct {
	Case string `arg:"" help:"Case id, merchant:request."`
	Why  bool   `help:"Say of every clock why it ends when it does."`
	Lang string `default:"en" enum:"en,zh-CN" help:"The language of --why: en or zh-CN."`
	JSON bool   `help:"Print one JSON object."`
}

func (c *showCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	v, err := r.cases.View(ctx, c.Case)
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(v)
		return nil
	}
	if c.Why {
		return c.writeWhy(cli, v)
	}
	writeCase(os.Stdout, v, true)
	return nil
}

// writeWhy says of every clock of a case why it ends when it does. Where a rule comes from is known as far as its policy is
// still at hand.
func (c *showCommand) writeWhy(cli *commandLine, v schemas.View) error {
	shelf, err := policy.NewShelf(os.DirFS(cli.policyFolder(os.Getenv("AFTERCARE_POLICY_DIR"))))
	if err != nil {
		return err
	}
	if len(v.Clocks) == 0 {
		fmt.Printf("%s  %s\nNo clock runs.\n", v.CaseID, v.Waiting)
		return nil
	}
	for _, k := range v.Clocks {
		fmt.Printf("%s: %s\n", k.Name, k.Expiry)
		for _, sentence := range shelf.Book().ExplainClock(v.Policy, k, nil, time.Local).Sentences(c.Lang) {
			fmt.Println("  " + sentence)
		}
	}
	return nil
}

// writeCase writes a case for people: what it waits for first, then lines, money, parcels, clocks and what has happened.
func writeCase(w io.Writer, v schemas.View, withEvents bool) {
	fmt.Fprintf(w, "%s  %s of order %s  customer %s  %s  level %d  revision %d\n", v.CaseID, v.Kind, v.OrderID, v.CustomerID, v.Priority, v.Level, v.Revision)
	fmt.Fprintf(w, "%s / %s  %s\n", v.Stage, v.State, v.Waiting)
	if v.Refusal != nil {
		fmt.Fprintf(w, "%s: %s\n", v.Refusal.Code, v.Refusal.Message)
	}
	if v.PredecessorID != "" || v.SuccessorID != "" {
		fmt.Fprintf(w, "continues %s, goes on in %s\n", orDash(v.PredecessorID), orDash(v.SuccessorID))
	}
	if len(v.Lines) > 0 {
		t := tableTo(w, "line", "sku", "qty", "price", "state", "outcome", "refunded", "waybill")
		for _, l := range v.Lines {
			t.AppendRow(table.Row{l.LineID, l.SKU, l.Quantity, l.Price(), l.State, orDash(string(l.Outcome)), l.Refunded, orDash(l.Waybill)})
		}
		t.Render()
	}
	if len(v.Money.Entries) > 0 {
		t := tableTo(w, "refund", "to", "amount", "status", "code")
		for _, f := range v.Money.Entries {
			t.AppendRow(table.Row{f.RefundID, f.Method, f.Amount, f.Status, orDash(string(f.Code))})
		}
		t.Render()
	}
	if len(v.Parcels) > 0 {
		t := tableTo(w, "waybill", "carrier", "direction", "paid by", "status", "delivered")
		for _, p := range v.Parcels {
			t.AppendRow(table.Row{p.Waybill, p.Carrier, p.Direction, p.PaidBy, p.Status, orDash(whenever(p.DeliveredAt))})
		}
		t.Render()
	}
	writeClocks(w, v, v.Now)
	if len(v.Allowed) > 0 {
		var names []string
		for _, a := range v.Allowed {
			names = append(names, a.Command)
		}
		fmt.Fprintf(w, "can be given now: %s\n", strings.Join(names, ", "))
	}
	for _, work := range v.Work {
		if work.Cause != "" {
			fmt.Fprintf(w, "STUCK %s: %s\n", work.Name, work.Cause)
		}
	}
	if withEvents {
		t := tableTo(w, "rev", "at", "event", "by", "what")
		t.SetColumnConfigs([]table.ColumnConfig{{Number: 5, WidthMax: 90, WidthMaxEnforcer: text.WrapSoft}})
		for _, e := range v.Events {
			t.AppendRow(table.Row{e.Revision, when(e.At), e.Name, e.Actor, e.Message})
		}
		t.Render()
	}
}

func writeClocks(w io.Writer, v schemas.View, now time.Time) {
	if len(v.Clocks) == 0 {
		return
	}
	t := tableTo(w, "clock", "rule", "due", "left", "then")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 5, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	for _, k := range v.Clocks {
		due, remaining := when(k.Due), left(k.Due, now)
		if k.Paused {
			due, remaining = "paused", length(k.Left.D())+" left"
		}
		t.AppendRow(table.Row{k.Name, k.Rule, due, remaining, k.Expiry})
	}
	t.Render()
}

func tableTo(w io.Writer, header ...any) table.Writer {
	t := newTable(header...)
	t.SetOutputMirror(w)
	return t
}
