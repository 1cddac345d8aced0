package main

import (
	"context"
	"fmt"

	"github.com/aftercare/aftercare/internal/app"
)

// migrateCommand brings the database to this version. It may be repeated, and run by several at once.
type migrateCommand struct{}

func (c *migrateCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.find()
	if err != nil {
		return err
	}
	if err := app.Migrate(ctx, r.config.DatabaseURL, func(step string) { fmt.Println(step) }); err != nil {
		return err
	}
	fmt.Println("The database is at this version.")
	return nil
}
