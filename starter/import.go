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
	AsOf  string   `help:"The day the data call today, YYYY-MM-DD: all dates are shifted by whole days to the present. The shift is remembered, and used again without being named." placeholder:"DATE"`
	AsIs  bool     `name:"as-is" help:"Take the dates as they stand, whatever shift is remembered."`
	JSON  bool     `help:"Print one JSON object."`
}

func (c *importCommand) Run(ctx context.Context, cli *commandLine) error {
	var asOf time.Time
	if c.AsOf != "" && c.AsIs {
		return usageError{errors.New("--as-of shifts the dates and --as-is does not; give one of them")}
	}
	if c.AsOf != "" {
		var err error
		if asOf, err = time.Parse(time.DateOnly, c.AsOf); err != nil {
			return usageError{fmt.Errorf("--as-of %q: write a day as 2026-11-20", c.AsOf)}
		}
	}
	if ahead := time.Until(asOf); c.AsOf != "" && ahead > 0 {
		fmt.Fprintf(os.Stderr, "starter: %s is later than today: dates that are shifted for the first time move back, by %d day(s).\n", c.AsOf, int(ahead.Hours()/24)+1)
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
		AsOf: asOf, AsTheyStand: c.AsIs, Shifts: r.store,
		Progress: func(p imports.Progress) { bar.show(p.File, p.Lines, p.Of) },
	}, imports.Into(r.store), r.world.Load())
	bar.clear()
	if err != nil {
		return err
	}
	for _, shift := range result.Shifts {
		if before := shift.Before; before != nil {
			fmt.Fprintf(os.Stderr, "starter: data of %s were imported as of %s before, shifted by %d day(s); as of %s they are shifted by %d: every order that stood in both has moved by %d day(s), and with it the age that its cases are decided by.\n",
				shift.Merchant, before.AsOf, before.Days, shift.AsOf, shift.Days, shift.Days-before.Days)
		}
	}
	if c.JSON {
		printJSON(result)
	} else {
		c.print(result)
	}
	if len(result.Refused) > 0 {
		return fmt.Errorf("%d row(s) were refused; the others are in: %w", len(result.Refused), errSaidRows)
	}
	return nil
}

func (c *importCommand) print(result imports.Result) {
	fmt.Printf("%d order(s), %d article(s), %d customer(s) taken in%s.\n", result.Orders, result.Articles, result.Customers, shiftWords(result.Shifts))
	if result.Requests > 0 {
		fmt.Printf("%d row(s) about requests passed over: `starter open` and `starter play` take requests.\n", result.Requests)
	}
	for _, refused := range result.Refused {
		fmt.Fprintln(os.Stderr, refused)
	}
}

// shiftWords says by how many days dates were shifted: once where it is the same for every merchant.
func shiftWords(shifts []imports.Shift) string {
	words, same := "", true
	for _, shift := range shifts {
		again := ""
		if shift.Remembered {
			again = ", as before"
		}
		words += fmt.Sprintf("; dates of %s shifted by %d day(s)%s", shift.Merchant, shift.Days, again)
		same = same && shift.Days == shifts[0].Days && shift.Remembered == shifts[0].Remembered
	}
	if len(shifts) > 0 && same {
		words = fmt.Sprintf(", dates shifted by %d day(s)", shifts[0].Days)
		if shifts[0].Remembered {
			words += ", as before"
		}
	}
	return words
}

var errSaidRows = errors.New("mend them and import the file again")
