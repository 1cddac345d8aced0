package main

import (
	"context"
	"fmt"

	"github.com/aftercare/aftercare/internal/app"
)

// migrateCommand brings the database to this version. It may be repeated, and run by several at once.
type migrateCommand struct {
	JSON bool `help:"Print one JSON object."`
}

func (c *migrateCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	steps := []string{}
	err = app.Migrate(ctx, r.config.DatabaseURL, func(step string) {
		steps = append(steps, step)
		if !c.JSON {
			fmt.Println(step)
		}
	})
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(map[string]any{"steps": steps})
		return nil
	}
	fmt.Println("The database is at this version.")
	return nil
}
