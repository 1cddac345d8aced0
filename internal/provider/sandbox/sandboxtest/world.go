// Package sandboxtest gives a test its own sandbox on a real PostgreSQL.
package sandboxtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
)

// ServerVariable names the environment variable with the URL of a PostgreSQL server on which databases may be created.
const ServerVariable = "AFTERCARE_TEST_DATABASE_URL"

const howToGetOne = `%s is not set: these tests need a PostgreSQL server, as a user who may create databases.
With PostgreSQL's programs on the machine, as any user but root:
    initdb -D /tmp/pg -U postgres --auth=trust && pg_ctl -D /tmp/pg -o '-p 54329 -k /tmp' -w start
    export %[1]s='postgres://postgres@127.0.0.1:54329/postgres?sslmode=disable'`

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
	at := EmptyDatabase(t)
	if err := sandbox.Migrate(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	return at
}

// EmptyDatabase is Database without the migration.
func EmptyDatabase(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		t.Fatalf(howToGetOne, ServerVariable)
	}
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is not a URL: %v", ServerVariable, err)
	}
	name := "sandbox_" + strings.ToLower(rand.Text())
	execute(t, t.Context(), server, "create database "+name)
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		execute(t, ctx, server, "drop database "+name+" with (force)")
	})
	at.Path = "/" + name
	return at.String()
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
		t.Fatal(fmt.Errorf("reach PostgreSQL at %s: %w", ServerVariable, err))
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}
