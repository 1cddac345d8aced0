package main

import (
	"context"
	"fmt"
	"time"
)

// adoptCommand goes on with a case whose workflow was ended from outside.
type adoptCommand struct {
	Case   string `arg:"" help:"Case id, merchant:request."`
	As     string `help:"Who takes it on: ROLE:ID, such as supervisor:supervisor-1." required:"" placeholder:"ROLE:ID"`
	Reason string `help:"Why, in a few words; it is kept in the case." placeholder:"WORDS"`
	JSON   bool   `help:"Print one JSON object."`
}

func (c *adoptCommand) Run(ctx context.Context, cli *commandLine) error {
	actor, err := readActor(c.As)
	if err != nil {
		return err
	}
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	ctx, cancel := context.WithTimeout(ctx, sweepPatience)
	defer cancel()
	adopted, err := r.cases.Adopt(ctx, c.Case, actor, c.Reason)
	if err != nil {
		return refused(err, c.JSON)
	}
	if c.JSON {
		printJSON(adopted)
		return nil
	}
	if adopted.Existed {
		fmt.Printf("Case %s goes on as %s already.\n", adopted.Predecessor, adopted.CaseID)
		return nil
	}
	fmt.Printf("Case %s goes on as %s, from what its rows last said. Look at it with `starter show %s`.\n", adopted.Predecessor, adopted.CaseID, adopted.CaseID)
	return nil
}

// sweepPatience is how long a sweep is waited for: as long as a provider that does not answer is asked again.
const sweepPatience = 5 * time.Minute
