package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// todayCommand is the page to begin a day with: how many cases there are and with whom, what is overdue, and what waits for one
// person.
type todayCommand struct {
	Person   string `arg:"" optional:"" help:"Lists what waits for this person too: owned cases on which the merchant's side is to act, escalations and approvals."`
	Merchant string `help:"Only this merchant's; all merchants' where it is left out."`
	Limit    int    `help:"How many cases of a list at most." default:"20"`
	JSON     bool   `help:"Print one JSON object."`
}

// dayPage is what the page says.
type dayPage struct {
	Open    int            `json:"open"`
	Overdue int            `json:"overdue"`
	States  []dayCount     `json:"states"`
	People  []dayCount     `json:"people"`  // by who is asked, or else by owner
	Late    []schemas.View `json:"late"`    // overdue cases, of the person's where one is named
	Waiting []schemas.View `json:"waiting"` // what else waits for the person
	present time.Time
}

type dayCount struct {
	Name    string `json:"name"`
	Cases   int    `json:"cases"`
	Overdue int    `json:"overdue"`
}

func (c *todayCommand) Run(ctx context.Context, cli *commandLine) error {
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
	now := time.Now()
	counted, err := r.store.SummarizeCases(ctx, c.Merchant, now)
	if err != nil {
		return err
	}
	day := sumUp(counted)
	day.present = now
	if err := c.lists(ctx, r.store, &day); err != nil {
		return err
	}
	if c.JSON {
		printJSON(day)
		return nil
	}
	c.print(day)
	return nil
}

// sumUp adds the counts up, states in the order of the way and people by how much is overdue with them.
func sumUp(counted []store.Counted) dayPage {
	day := dayPage{States: []dayCount{}, People: []dayCount{}, Late: []schemas.View{}, Waiting: []schemas.View{}}
	states, people := map[string]*dayCount{}, map[string]*dayCount{}
	add := func(in map[string]*dayCount, name string, n store.Counted) {
		if in[name] == nil {
			in[name] = &dayCount{Name: name}
		}
		in[name].Cases += n.Cases
		in[name].Overdue += n.Overdue
	}
	for _, n := range counted {
		day.Open += n.Cases
		day.Overdue += n.Overdue
		add(states, string(n.State), n)
		person := n.Asked
		if person == "" {
			person = n.Owner
		}
		add(people, orDash(person), n)
	}
	for _, w := range schemas.Words("State") {
		if n := states[w.Value]; n != nil {
			day.States = append(day.States, *n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		day.People = append(day.People, *people[name])
	}
	slices.SortStableFunc(day.People, func(a, b dayCount) int { return b.Overdue - a.Overdue })
	return day
}

// lists looks up the cases that somebody should look at first.
func (c *todayCommand) lists(ctx context.Context, s *store.Store, day *dayPage) error {
	filter := store.Filter{Merchant: c.Merchant, Everywhere: c.Merchant == "", Person: c.Person, OverdueAt: day.present}
	late, _, err := s.ListCases(ctx, filter, store.Page{Limit: c.Limit})
	if err != nil {
		return err
	}
	day.Late = append(day.Late, late...)
	if c.Person == "" {
		return nil
	}
	filter.OverdueAt = time.Time{}
	after := ""
	for len(day.Waiting) < c.Limit {
		page, next, err := s.ListCases(ctx, filter, store.Page{Limit: 500, After: after})
		if err != nil {
			return err
		}
		for _, v := range page {
			over := v.DueAt != nil && v.DueAt.Before(presentOf(v, day.present))
			if !over && waitsFor(v, c.Person) && len(day.Waiting) < c.Limit {
				day.Waiting = append(day.Waiting, v)
			}
		}
		if after = next; after == "" {
			break
		}
	}
	return nil
}

// waitsFor reports whether a case waits for this very person: whoever is asked, or the owner on whose side's turn it is while
// nobody else is asked.
func waitsFor(v schemas.View, person string) bool {
	if v.Asked == person {
		return true
	}
	for _, a := range v.Approvals {
		if a.DecidedBy == nil && a.Asked == person {
			return true
		}
	}
	return v.Owner == person && v.Turn == schemas.TurnMerchant && askedIn(v) == ""
}

func (c *todayCommand) print(day dayPage) {
	fmt.Printf("%d open case(s), %d overdue\n\n", day.Open, day.Overdue)
	for _, part := range []struct {
		title string
		rows  []dayCount
	}{{"state", day.States}, {"with", day.People}} {
		t := newTable(part.title, "cases", "overdue")
		for _, n := range part.rows {
			t.AppendRow(table.Row{n.Name, n.Cases, n.Overdue})
		}
		t.Render()
		fmt.Println()
	}
	whose := ""
	if c.Person != "" {
		whose = " of " + c.Person
	}
	if len(day.Late) > 0 {
		fmt.Printf("Overdue%s:\n", whose)
		listTable(day.Late, store.ScopeOpen, day.present)
	}
	if c.Person == "" {
		return
	}
	if len(day.Waiting) == 0 {
		fmt.Printf("Nothing else waits for %s.\n", c.Person)
		return
	}
	fmt.Printf("Waits for %s:\n", c.Person)
	listTable(day.Waiting, store.ScopeOpen, day.present)
}
