package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// playCommand plays requests to the end.
type playCommand struct {
	File     string `arg:"" help:"JSON Lines, one request each; - is standard input."`
	Parties  string `help:"How the others behave: ${enum}." enum:"prompt,silent-customer,silent-merchant,silent-warehouse,lossy-courier" default:"prompt"`
	Fast     bool   `help:"Take the default policy instead of demo, and fast-forward each case to its next due once nobody has anything to do."`
	InFlight int    `help:"Orders at a time." default:"8"`
	JSON     bool   `help:"Print JSON Lines, one object per request."`
}

// refusedRequest is the object of a request that became no case.
type refusedRequest struct {
	RequestID  string           `json:"request_id"`
	Kind       schemas.Kind     `json:"kind"`
	MerchantID string           `json:"merchant_id"`
	OrderID    string           `json:"order_id"`
	CustomerID string           `json:"customer_id"`
	CaseID     string           `json:"case_id"`
	Refused    *schemas.Refusal `json:"refused"`
}

func (c *playCommand) Run(ctx context.Context, cli *commandLine) error {
	if c.InFlight < 1 {
		return usageError{fmt.Errorf("--in-flight is at least 1")}
	}
	lines, err := readLines(c.File)
	if err != nil {
		return err
	}
	requests, unread := c.read(lines)
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withSandbox(ctx); err != nil {
		return err
	}
	heard, err := r.store.Listen(ctx)
	if err != nil {
		return err
	}
	changes := make(chan play.Change)
	go func() {
		defer close(changes)
		for h := range heard {
			select {
			case changes <- play.Change{CaseID: h.CaseID, Revision: h.Revision}:
			case <-ctx.Done():
				return
			}
		}
	}()
	policy := "demo"
	if c.Fast {
		policy = "default"
	}
	bar := newBar()
	player := &play.Player{
		Cases: r.cases, Temporal: r.temporal, Namespace: r.namespace, Rows: r.store, Changes: changes, Carrier: r.world,
		Parties: play.Parties(c.Parties), Policy: policy, Fast: c.Fast, InFlight: c.InFlight, Log: r.log,
		Progress: func(p play.Progress) { bar.show("played", p.Ended, p.Requests) },
	}
	results, err := player.Run(ctx, requests)
	bar.clear()
	if err != nil {
		return err
	}
	c.print(results, unread)
	if len(unread) > 0 {
		return errSaid
	}
	return nil
}

// read reads the requests of the file; what cannot be read is reported in its place and not played.
func (c *playCommand) read(lines []inputLine) (requests []schemas.Request, unread map[int]refusedRequest) {
	unread = map[int]refusedRequest{}
	for i, l := range lines {
		request, refusal := readRequest(l.text)
		if refusal != nil {
			unread[i] = refusedRequest{RequestID: request.RequestID, Kind: request.Kind, MerchantID: request.MerchantID, OrderID: request.OrderID, CustomerID: request.CustomerID, Refused: refusal}
			continue
		}
		requests = append(requests, request.Request)
	}
	return requests, unread
}

func (c *playCommand) print(results []play.Result, unread map[int]refusedRequest) {
	if !c.JSON {
		c.table(results, unread)
		return
	}
	for i, next := 0, 0; i < len(results)+len(unread); i++ {
		if refused, ok := unread[i]; ok {
			printJSON(refused)
			continue
		}
		result := results[next]
		next++
		if result.Refused != nil {
			q := result.Request
			printJSON(refusedRequest{RequestID: q.RequestID, Kind: q.Kind, MerchantID: q.MerchantID, OrderID: q.OrderID, CustomerID: q.CustomerID, Refused: result.Refused})
			continue
		}
		printJSON(result.View)
	}
}

// table sums up outcomes and money.
func (c *playCommand) table(results []play.Result, unread map[int]refusedRequest) {
	type sum struct {
		cases, lines int
		refunded     map[string]int64
	}
	sums := map[schemas.Outcome]*sum{}
	for _, r := range results {
		if r.Refused != nil {
			fmt.Fprintf(os.Stderr, "%s: %s\n", r.Request.RequestID, sentence(r.Refused))
			continue
		}
		s := sums[r.View.Outcome]
		if s == nil {
			s = &sum{refunded: map[string]int64{}}
			sums[r.View.Outcome] = s
		}
		s.cases++
		s.lines += len(r.View.Lines)
		if m := r.View.Money.Refunded; m.Minor != 0 {
			s.refunded[m.Currency] += m.Minor
		}
	}
	for i := range unread {
		fmt.Fprintf(os.Stderr, "request %d: %s\n", i+1, sentence(unread[i].Refused))
	}
	t := newTable("outcome", "cases", "lines", "refunded")
	outcomes := make([]schemas.Outcome, 0, len(sums))
	for o := range sums {
		outcomes = append(outcomes, o)
	}
	slices.Sort(outcomes)
	total := &sum{refunded: map[string]int64{}}
	for _, o := range outcomes {
		s := sums[o]
		t.AppendRow(table.Row{o, s.cases, s.lines, amounts(s.refunded)})
		total.cases += s.cases
		total.lines += s.lines
		for currency, minor := range s.refunded {
			total.refunded[currency] += minor
		}
	}
	t.AppendFooter(table.Row{"together", total.cases, total.lines, amounts(total.refunded)})
	t.Render()
}

func amounts(byCurrency map[string]int64) string {
	var currencies []string
	for c := range byCurrency {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	text := ""
	for i, c := range currencies {
		if i > 0 {
			text += ", "
		}
		text += schemas.Money{Minor: byCurrency[c], Currency: c}.String()
	}
	return orDash(text)
}
