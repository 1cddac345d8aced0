package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// showCommand shows a case.
type showCommand struct {
	Case string `arg:"" help:"Case id, merchant:request."`
	Why  bool   `help:"Say of every clock why it ends when it does."`
	Lang string `default:"en" enum:"en,zh-CN" help:"The language of --why: en or zh-CN."`
	JSON bool   `help:"Print one JSON object."`
}

func (c *showCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	v, err := r.cases.View(ctx, c.Case)
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(v)
		return nil
	}
	if c.Why {
		return c.writeWhy(cli, v)
	}
	writeCase(os.Stdout, r.pageOf(ctx, v), presentOf(v, time.Now()))
	return nil
}

// writeWhy says of every clock of a case why it ends when it does. Where a rule comes from is known as far as its policy is
// still at hand.
func (c *showCommand) writeWhy(cli *commandLine, v schemas.View) error {
	shelf, err := policy.NewShelf(os.DirFS(cli.policyFolder(os.Getenv("AFTERCARE_POLICY_DIR"))))
	if err != nil {
		return err
	}
	if len(v.Clocks) == 0 {
		fmt.Printf("%s  %s\nNo clock runs.\n", v.CaseID, v.Waiting)
		return nil
	}
	for _, k := range v.Clocks {
		fmt.Printf("%s: %s\n", k.Name, k.Expiry)
		for _, sentence := range shelf.Book().ExplainClock(v.Policy, k, nil, time.Local).Sentences(c.Lang) {
			fmt.Println("  " + sentence)
		}
	}
	return nil
}
