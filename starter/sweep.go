package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/schemas"
)

// sweepCommand looks for cases whose workflow was ended from outside, now instead of within five minutes.
type sweepCommand struct {
	Case string `arg:"" optional:"" help:"Only this case."`
	JSON bool   `help:"Print one JSON object."`
}

func (c *sweepCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withCases(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sweepPatience)
	defer cancel()
	swept, err := r.cases.Sweep(ctx, schemas.SweepOrder{CaseID: c.Case})
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(swept)
		return nil
	}
	sweptTable(swept)
	return nil
}

func sweptTable(swept schemas.Swept) {
	if len(swept.Lost) > 0 {
		t := newTable("case", "ended", "at", "by", "reason", "found", "under way")
		for _, l := range swept.Lost {
			found := "before"
			if l.New {
				found = "now"
			}
			at := l.Lost.At
			t.AppendRow(table.Row{l.CaseID, l.Lost.How, whenever(&at), orDash(l.Lost.By), orDash(l.Lost.Reason), found, orDash(strings.Join(l.Open, ", "))})
		}
		t.Render()
	}
	for _, id := range swept.Revived {
		fmt.Printf("%s was reset and runs on from an earlier point; its row follows it again.\n", id)
	}
	for _, id := range swept.Mended {
		fmt.Printf("%s had ended, and its row says so now.\n", id)
	}
	for _, id := range swept.Beside {
		fmt.Printf("%s runs beside the case that goes on from its rows: it was reset after it had been adopted. Terminate its workflow.\n", id)
	}
	for _, id := range swept.Disputes {
		fmt.Printf("No open case answers the dispute %s; people have been told. `starter disputes --unattended` lists what is still open.\n", id)
	}
	fmt.Printf("%d open case(s) looked at, %d ended from outside.\n", swept.Looked, len(swept.Lost))
	switch {
	case swept.More:
		fmt.Println("There are more; run this again.")
	case len(swept.Lost) > 0:
		fmt.Println("`starter list --lost` lists all of them, and `starter adopt CASE --as ROLE:ID` goes on with one.")
	}
}
