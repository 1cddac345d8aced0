package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/aftercare/aftercare/schemas/postgres"
)

// Migrate brings the database at url to this version's schema and tells progress what it does, one sentence a step. Several
// processes may call it at once: a lock in the database lets one of them work.
func Migrate(ctx context.Context, url string, progress func(string)) error {
	if progress == nil {
		progress = func(string) {}
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("read database url: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()

	// One lock, held by a connection of its own, keeps everybody else out from the first step to the last. It is gone with
	// the connection, however this process ends.
	guard, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	defer guard.Close()
	if _, err := guard.ExecContext(ctx, `SELECT pg_advisory_lock(hashtextextended('aftercare.schema', 0))`); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	// goose keeps its table of versions in our schema, so the schema itself has to be there before the first migration.
	if _, err := guard.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS aftercare`); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, postgres.Migrations,
		goose.WithTableName("aftercare.schema_version"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	done, err := provider.Up(ctx)
	for _, m := range done {
		progress(fmt.Sprintf("migrated %s in %s", m.Source.Path, m.Duration.Round(time.Millisecond)))
	}
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if len(done) == 0 {
		progress("the schema is up to date")
	}
	return nil
}
