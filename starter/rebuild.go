package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// rebuildCommand writes the rows of open cases anew from their workflows, which are the truth.
type rebuildCommand struct {
	JSON bool `help:"Print one JSON object."`
}

// rebuilt counts what a rebuild did.
type rebuilt struct {
	Asked   int      `json:"asked"`   // open workflows that were asked
	Written int      `json:"written"` // rows that were behind, or missing
	Silent  []string `json:"silent"`  // cases that did not answer
}

func (c *rebuildCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	result := rebuilt{Silent: []string{}}
	var open []string // all of them first, so that the bar knows how many there are
	for caseID, err := range r.cases.OpenCases(ctx) {
		if err != nil {
			return err
		}
		open = append(open, caseID)
	}
	bar := newBar()
	for _, caseID := range open {
		result.Asked++
		bar.show("asked", result.Asked, len(open))
		v, err := r.cases.Ask(ctx, caseID)
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) {
			result.Silent = append(result.Silent, caseID)
			continue
		}
		if err != nil {
			return err
		}
		wrote, err := r.store.ReplaceRow(ctx, v)
		if err != nil {
			return err
		}
		if wrote {
			result.Written++
		}
	}
	bar.clear()
	if c.JSON {
		printJSON(result)
	} else {
		fmt.Printf("%d open case(s) asked, %d row(s) written.\n", result.Asked, result.Written)
	}
	if len(result.Silent) > 0 {
		return fmt.Errorf("%d case(s) did not answer, the first is %s; is a worker running? Run this again", len(result.Silent), result.Silent[0])
	}
	return nil
}
