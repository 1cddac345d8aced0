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
	ahead := v.Now.Sub(time.Now()) // a fast-forwarded case is ahead of this machine
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	shown := int64(-1)
	for {
		if c.JSON {
			if v.Revision != shown {
				printJSON(v)
			}
		} else {
			c.page(v, time.Now().Add(ahead))
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
			ahead = max(0, v.Now.Sub(time.Now()))
		case <-tick.C:
		case <-ctx.Done():
			fmt.Println()
			return nil
		}
	}
}

// page draws the case anew in the same place, its clocks running.
func (c *watchCommand) page(v schemas.View, now time.Time) {
	var b strings.Builder
	b.WriteString("\x1b[H\x1b[2J")
	last := v
	if len(last.Events) > 8 {
		last.Events = last.Events[len(last.Events)-8:]
	}
	last.Now = now
	writeCase(&b, last, true)
	if v.ClosedAt == nil {
		b.WriteString("Ctrl-C leaves; the case goes on.\n")
	}
	fmt.Fprint(os.Stdout, b.String())
}
