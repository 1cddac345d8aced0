package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
)

// sandboxCommand tells the sandboxes what goes wrong.
type sandboxCommand struct {
	Tell       sandboxTell       `cmd:"" help:"Tell a fault."`
	Show       sandboxShow       `cmd:"" help:"Show the faults that are told and not used up."`
	Chargeback sandboxChargeback `cmd:"" help:"Have the bank take a payment back, or decide about one it took."`
	Clear      sandboxClear      `cmd:"" help:"Forget the faults of a system, or of all."`
}

type sandboxTell struct {
	System    string `arg:"" help:"orders, stock, courier, payments or notices."`
	Operation string `arg:"" help:"Such as refund, lookup, settle, charge, charge_lookup, collect, lapse, hold, release, capture, answer, answer_lookup, label, register, send_back, trace, dispose, reserve, ship, send, deliver."`
	Mode      string `arg:"" help:"slow, fail, lose (do it and lose the answer), refuse, never (a call that will never be taken), twice or reverse."`
	Times     int    `help:"How many calls it is for." default:"1"`
	Param     string `help:"slow, fail, reverse: how long, such as 2s; refuse, never: the code, such as insufficient_balance or rejected_outside."`
	Match     string `help:"Only calls whose key contains this."`
	JSON      bool   `help:"Print one JSON object."`
}

func (c *sandboxTell) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withSandbox(ctx); err != nil {
		return err
	}
	if err := r.world.Tell(ctx, sandbox.System(c.System), c.Operation, sandbox.Mode(c.Mode), c.Times, c.Param, c.Match); err != nil {
		return usageError{err}
	}
	if c.JSON {
		printJSON(map[string]any{"system": c.System, "operation": c.Operation, "mode": c.Mode, "times": c.Times, "param": c.Param, "match": c.Match})
		return nil
	}
	fmt.Printf("Told: %s/%s, %s, %d time(s).\n", c.System, c.Operation, c.Mode, c.Times)
	return nil
}

type sandboxShow struct {
	JSON bool `help:"Print JSON Lines."`
}

func (c *sandboxShow) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withSandbox(ctx); err != nil {
		return err
	}
	faults, err := r.world.Faults(ctx)
	if err != nil {
		return err
	}
	t := newTable("system", "operation", "mode", "times left", "param", "match")
	for _, f := range faults {
		if c.JSON {
			printJSON(f)
			continue
		}
		t.AppendRow(table.Row{f.System, orDash(f.Operation), f.Mode, f.TimesLeft, orDash(f.Param), orDash(f.Match)})
	}
	if !c.JSON {
		t.Render()
	}
	return nil
}

type sandboxClear struct {
	System string `arg:"" optional:"" help:"The system; all where it is left out."`
	JSON   bool   `help:"Print one JSON object."`
}

func (c *sandboxClear) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withSandbox(ctx); err != nil {
		return err
	}
	if err := r.world.Clear(ctx, sandbox.System(c.System)); err != nil {
		return err
	}
	if c.JSON {
		printJSON(map[string]any{"cleared": c.System})
		return nil
	}
	if c.System == "" {
		fmt.Println("Forgotten: every fault.")
	} else {
		fmt.Printf("Forgotten: the faults of %s.\n", c.System)
	}
	return nil
}
