package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// watchCommand shows a case live.
type watchCommand struct {
	Case string `arg:"" help:"Case id, merchant:request."`
	JSON bool   `help:"Print one JSON object at every change instead of a page."`
}

func (c *watchCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	v, err := r.cases.View(ctx, c.Case)
	if err != nil {
		return err
	}
	changes, err := r.store.Listen(ctx)
	if err != nil {
		return err
	}
	page, read, present := r.pageOf(ctx, v), time.Now(), presentOf(v, time.Now())
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	shown := int64(-1)
	onTerminal := terminalWidth(os.Stdout) > 0 // elsewhere the page is printed at every change, and not every second
	for {
		if c.JSON {
			if v.Revision != shown {
				printJSON(v)
			}
		} else if onTerminal || v.Revision != shown {
			c.page(page, present.Add(time.Since(read)))
		}
		shown = v.Revision
		if v.ClosedAt != nil {
			return nil
		}
		select {
		case change, open := <-changes:
			if !open {
				return ctx.Err()
			}
			if change.CaseID != c.Case {
				continue
			}
			now, err := r.cases.View(ctx, c.Case)
			var refusal *schemas.Refusal
			if errors.As(err, &refusal) && refusal.Code == schemas.CodeUnavailable {
				continue
			}
			if err != nil {
				return err
			}
			v = now
			page, read, present = r.pageOf(ctx, v), time.Now(), presentOf(v, time.Now())
		case <-tick.C:
		case <-ctx.Done():
			fmt.Println()
			return nil
		}
	}
}

// page draws the case anew in the same place, its clocks running.
func (c *watchCommand) page(p casePage, now time.Time) {
	var b strings.Builder
	if terminalWidth(os.Stdout) > 0 {
		b.WriteString("\x1b[H\x1b[2J")
	}
	if len(p.Events) > 8 {
		p.Events = p.Events[len(p.Events)-8:]
	}
	writeCase(&b, p, now)
	if p.ClosedAt == nil {
		b.WriteString("Ctrl-C leaves; the case goes on.\n")
	}
	fmt.Fprint(os.Stdout, b.String())
}
