package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// releaseCommand lets everything that is parked for one cause be tried again.
type releaseCommand struct {
	Cause    string `help:"The cause the steps are parked for, such as unserviceable; starter list --stuck shows them." required:"" placeholder:"CODE"`
	Step     string `help:"Only this step, such as parcel.label." placeholder:"STEP"`
	Merchant string `help:"Only this merchant's cases; all merchants' where it is left out."`
	As       string `help:"Who lets them go on: ROLE:ID. Refunds are finance's or the operator's." default:"operator:operator" placeholder:"ROLE:ID"`
	DryRun   bool   `name:"dry-run" help:"Only list them."`
	Rate     int    `help:"Cases a second at most." default:"20"`
	JSON     bool   `help:"Print JSON Lines, one case each; the last object sums up."`
}

// releaseSum is what became of a release.
type releaseSum struct {
	Cause   schemas.Code `json:"cause"`
	Cases   int          `json:"cases"`
	Tried   int          `json:"tried"`
	Before  int          `json:"before"`
	Refused int          `json:"refused"`
	Listed  int          `json:"listed"`
}

func (c *releaseCommand) Run(ctx context.Context, cli *commandLine) error {
	actor, err := readActor(c.As)
	if err != nil {
		return err
	}
	cause := schemas.Code(c.Cause)
	switch {
	case !schemas.ValidCause(cause):
		return usageError{fmt.Errorf("--cause %q: a cause is a code in lower snake case, such as unserviceable; starter list --stuck shows those there are", c.Cause)}
	case c.Rate < 1 || c.Rate > 500:
		return usageError{errors.New("--rate is 1 to 500")}
	}
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	of, err := r.store.CountCases(ctx, store.Filter{Merchant: c.Merchant, Everywhere: c.Merchant == "", Stuck: true, Cause: cause, Step: c.Step}, countMost+1)
	if err != nil {
		return err
	}
	sum := releaseSum{Cause: cause}
	t := newTable("case", "steps", "what became of it", "reason")
	bar := newBar()
	release := cases.Release{Cause: cause, Step: c.Step, Merchant: c.Merchant, Actor: actor, DryRun: c.DryRun, Rate: c.Rate}
	for one, err := range r.cases.Release(ctx, release) {
		if err != nil {
			bar.clear()
			return err
		}
		sum.count(one)
		bar.show("released", sum.Cases, max(of, sum.Cases))
		if c.JSON {
			printJSON(one)
			continue
		}
		if one.Result == cases.ReleasedRefused || one.Result == cases.ReleasedListed {
			reason := ""
			if one.Refusal != nil {
				reason = sentence(one.Refusal)
			}
			t.AppendRow(table.Row{one.CaseID, andList(one.Steps), one.Result, orDash(reason)})
		}
	}
	bar.clear()
	if c.JSON {
		printJSON(sum)
	} else {
		t.renderRows()
		fmt.Println(sum.words())
	}
	if sum.Refused > 0 {
		return errSaid
	}
	return nil
}

func (s *releaseSum) count(one cases.Released) {
	s.Cases++
	switch one.Result {
	case cases.ReleasedTried:
		s.Tried++
	case cases.ReleasedBefore:
		s.Before++
	case cases.ReleasedRefused:
		s.Refused++
	case cases.ReleasedListed:
		s.Listed++
	}
}

// words sum a release up.
func (s *releaseSum) words() string {
	switch {
	case s.Cases == 0:
		return fmt.Sprintf("No open case is parked for %s.", s.Cause)
	case s.Listed > 0:
		return fmt.Sprintf("%d case(s) are parked for %s; without --dry-run they are tried again.", s.Listed, s.Cause)
	}
	text := fmt.Sprintf("%d case(s) were parked for %s: %d tried again", s.Cases, s.Cause, s.Tried)
	if s.Before > 0 {
		text += fmt.Sprintf(", %d free already", s.Before)
	}
	if s.Refused > 0 {
		text += fmt.Sprintf(", %d refused", s.Refused)
	}
	return text + ". What fails again is parked again: starter list --stuck --cause " + string(s.Cause)
}
