package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aftercare/aftercare/internal/imports"
)

// importCommand takes in a shop's data.
type importCommand struct {
	Files []string `arg:"" help:"JSON Lines of orders, articles or customers (docs/import.md)." type:"existingfile"`
	AsOf  string   `help:"The day the data call today, YYYY-MM-DD: all dates are shifted by whole days to the present. The shift is remembered." placeholder:"DATE"`
	JSON  bool     `help:"Print one JSON object."`
}

func (c *importCommand) Run(ctx context.Context, cli *commandLine) error {
	var asOf time.Time
	if c.AsOf != "" {
		var err error
		if asOf, err = time.Parse(time.DateOnly, c.AsOf); err != nil {
			return usageError{fmt.Errorf("--as-of %q: write a day as 2026-11-20", c.AsOf)}
		}
	}
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
	bar := newBar()
	result, err := imports.Run(ctx, c.Files, imports.Options{
		AsOf: asOf, Shifts: r.store,
		Progress: func(p imports.Progress) { bar.show(p.File, p.Lines, p.Of) },
	}, imports.Into(r.store), r.world.Load())
	bar.clear()
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(result)
	} else {
		fmt.Printf("%d order(s), %d article(s), %d customer(s) taken in", result.Orders, result.Articles, result.Customers)
		if result.ShiftDays != 0 {
			fmt.Printf(", dates shifted by %d day(s)", result.ShiftDays)
		}
		fmt.Println(".")
		if result.Requests > 0 {
			fmt.Printf("%d row(s) about requests passed over: `starter open` and `starter play` take requests.\n", result.Requests)
		}
		for _, refused := range result.Refused {
			fmt.Fprintln(os.Stderr, refused)
		}
	}
	if len(result.Refused) > 0 {
		return fmt.Errorf("%d row(s) were refused; the others are in: %w", len(result.Refused), errSaidRows)
	}
	return nil
}

var errSaidRows = errors.New("mend them and import the file again")
