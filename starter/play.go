package main

import (
	"context"
	"fmt"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// playCommand plays requests to the end.
type playCommand struct {
	File     string `arg:"" help:"JSON Lines, one request each; - is standard input."`
	Parties  string `help:"How the others behave: ${enum}." enum:"prompt,silent-customer,silent-agent,silent-supervisor,silent-merchant,silent-warehouse,silent-courier,silent-provider,silent-everybody,lossy-courier,unreachable-customer,refusing-customer,no-show-courier,chargeback-customer,complaining-customer,swapping-customer,suspicious-customer,careless-customer,objecting-customer,withdrawing-customer,unlucky-customer,mistaken-agent,refusing-provider" default:"prompt"`
	Fast     bool   `help:"Take the default policy instead of demo, and fast-forward each case to its next due once nobody has anything to do."`
	InFlight int    `help:"Orders at a time." default:"8"`
	JSON     bool   `help:"Print JSON Lines, one object per request."`
}

// refusedRequest is the object of a request that became no case.
type refusedRequest struct {
	Line       int              `json:"line"` // in the file
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
	requests, places := c.read(lines)
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
		Cases: r.cases, Temporal: r.temporal, Namespace: r.namespace, Rows: r.store, Changes: changes, Carrier: r.world, Provider: r.world, Bank: r.world,
		Parties: play.Parties(c.Parties), Policy: policy, Fast: c.Fast, InFlight: c.InFlight, Log: r.log,
		Progress: func(p play.Progress) { bar.show("played", p.Ended, p.Requests) },
	}
	results, err := player.Run(ctx, requests)
	bar.clear()
	if err != nil {
		return err
	}
	for i, result := range results {
		places.played(i, result)
	}
	places.sort()
	if c.JSON {
		places.printJSON()
	} else {
		places.table()
	}
	if places.unread {
		return errSaid
	}
	return nil
}

// read reads the requests of the file; what cannot be read is reported in its place and not played.
func (c *playCommand) read(lines []inputLine) (requests []schemas.Request, places *playPlaces) {
	places = &playPlaces{}
	for _, l := range lines {
		request, refusal := readRequest(l.text)
		if refusal != nil {
			places.refused(l.number, request.Request, refusal)
			places.unread = true
			continue
		}
		requests = append(requests, request.Request)
		places.lines = append(places.lines, l.number)
	}
	return requests, places
}
