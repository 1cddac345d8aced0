package sandbox

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock keeps two processes that start at once from migrating side by side. It is a PostgreSQL advisory lock; the
// number only has to differ from those of other programs in the same database.
const migrationLock = 7_267_001

// Migrate brings the schema "sandbox" of the database at url to this version. It may be repeated.
func Migrate(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("migrate the sandbox's books: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()

	// The schema comes first, because the table of versions lives in it. PostgreSQL may answer two simultaneous creations
	// with a conflict in spite of "if not exists"; the lock makes them one after the other.
	if _, err := db.ExecContext(ctx, fmt.Sprintf(
		"select pg_advisory_xact_lock(%d); create schema if not exists sandbox", migrationLock)); err != nil {
		return fmt.Errorf("migrate the sandbox's books: create the schema: %w", err)
	}

	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock+1), lock.WithLockTimeout(1, 60))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName("sandbox.goose_db_version"),
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate the sandbox's books: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the sandbox's books: %w", err)
	}
	return nil
}
