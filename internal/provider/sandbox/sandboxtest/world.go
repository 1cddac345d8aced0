// Package sandboxtest gives a test its own sandbox on a real PostgreSQL.
package sandboxtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/devstack/stacktest"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
)

// New opens a migrated sandbox in a database of the test's own and drops it when the test ends.
func New(t testing.TB, options ...sandbox.Option) *sandbox.World {
	t.Helper()
	return Open(t, Database(t), options...)
}

// Open opens a sandbox at a URL that Database returned, once more: as another process would.
func Open(t testing.TB, databaseURL string, options ...sandbox.Option) *sandbox.World {
	t.Helper()
	world, err := sandbox.Open(t.Context(), databaseURL, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	return world
}

// Database creates a migrated database of the test's own, drops it when the test ends, and returns its URL.
func Database(t testing.TB) string {
	t.Helper()
	return stacktest.Database(t, migrate)
}

func migrate(url string) error { return sandbox.Migrate(context.Background(), url) }

// EmptyDatabase is Database without the migration.
func EmptyDatabase(t testing.TB) string {
	t.Helper()
	return stacktest.Postgres(t)
}

// CutConnections ends every connection to a database, as a restart of the server would.
func CutConnections(t testing.TB, databaseURL string) {
	t.Helper()
	execute(t, t.Context(), databaseURL,
		"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
}

// EndLeases makes every fact that is under way, or rests after a failure, due again: as the passing of time would.
func EndLeases(t testing.TB, databaseURL string) {
	t.Helper()
	execute(t, t.Context(), databaseURL, "update sandbox.facts set next_try_really = clock_timestamp()")
}

func execute(t testing.TB, ctx context.Context, server, statement string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(fmt.Errorf("reach PostgreSQL: %w", err))
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}
