package stacktest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/devstack"
)

// namePrefix marks every database of a test, so that what a killed process left can be recognised and dropped.
const namePrefix = "aftercare_test_"

// Postgres gives the URL of a new, empty database, which is dropped when the test ends.
func Postgres(t testing.TB) string {
	t.Helper()
	server := sharedPostgres(t)
	return server.newDatabase(t, "template1")
}

// Database gives the URL of a new database that is a copy of what migrate makes. Migrating happens once per process
// and migrate function (closures of one function count as one); a copy takes some 20 ms. migrate must close its
// connections.
func Database(t testing.TB, migrate func(url string) error) string {
	t.Helper()
	server := sharedPostgres(t)
	template, err := server.template(migrate)
	require.NoError(t, err)
	return server.newDatabase(t, template)
}

// postgresServer is the one server of this process.
type postgresServer struct {
	url     string
	session string // Part of every name we make, and shown by our connection as long as this process lives.

	mu        sync.Mutex
	admin     *pgx.Conn // One at a time; kept open for the life of the process.
	templates map[uintptr]string
	made      int
}

var startPostgres = sync.OnceValues(func() (*postgresServer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	address := os.Getenv(devstack.TestDatabaseURL)
	if address == "" {
		started, err := devstack.StartPostgres(ctx, ownOptions(processDir()))
		if err != nil {
			return nil, err
		}
		keep(started.PID, started.Dir)
		address = started.URL
	}
	server := &postgresServer{url: address, session: strings.ToLower(rand.Text()[:10]), templates: map[uintptr]string{}}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of the test database: %w", err)
	}
	config.RuntimeParams["application_name"] = namePrefix + server.session
	if server.admin, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("connect to the test database server: %w", err)
	}
	return server, server.sweep(ctx)
})

func sharedPostgres(t testing.TB) *postgresServer {
	t.Helper()
	server, err := startPostgres()
	require.NoError(t, err, "PostgreSQL for the tests of this process")
	return server
}

// sweep drops the databases of processes that are gone. It matters on a server that outlives the tests.
func (s *postgresServer) sweep(ctx context.Context) error {
	rows, err := s.admin.Query(ctx, `
		select datname from pg_database
		where datname like $1 || '%' and not exists (
			select from pg_stat_activity
			where application_name like $1 || '%' and starts_with(datname, application_name))`, namePrefix)
	if err != nil {
		return fmt.Errorf("look for databases of tests that were killed: %w", err)
	}
	left, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for databases of tests that were killed: %w", err)
	}
	for _, name := range left {
		// Another process may sweep at the same moment.
		_, _ = s.admin.Exec(ctx, `drop database if exists `+quoted(name)+` with (force)`)
	}
	return nil
}

// template migrates once and remembers the outcome under the function that did it.
func (s *postgresServer) template(migrate func(url string) error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := reflect.ValueOf(migrate).Pointer()
	if name, ok := s.templates[key]; ok {
		return name, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	name := s.nextName("template")
	if err := s.create(ctx, name, "template1"); err != nil {
		return "", err
	}
	if err := migrate(s.urlOf(name)); err != nil {
		return "", fmt.Errorf("migrate the template of the test databases: %w", err)
	}
	s.templates[key] = name
	return name, nil
}

func (s *postgresServer) newDatabase(t testing.TB, template string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	name := s.nextName("db")
	require.NoError(t, s.create(ctx, name, template))
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), startWithin)
		defer cancel()
		_, err := s.admin.Exec(ctx, `drop database if exists `+quoted(name)+` with (force)`)
		require.NoError(t, err, "drop the database of this test")
	})
	return s.urlOf(name)
}

// create copies a template. PostgreSQL refuses while somebody is connected to it, which a migration that has just
// closed its connections, or another process copying template1, may be for an instant.
func (s *postgresServer) create(ctx context.Context, name, template string) error {
	for {
		_, err := s.admin.Exec(ctx, `create database `+quoted(name)+` template `+quoted(template))
		if err == nil {
			return nil
		}
		const objectInUse = "55006"
		if !strings.Contains(err.Error(), objectInUse) || ctx.Err() != nil {
			return fmt.Errorf("make a test database from %s: %w", template, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *postgresServer) nextName(kind string) string {
	s.made++
	return fmt.Sprintf("%s%s_%s_%d", namePrefix, s.session, kind, s.made)
}

func (s *postgresServer) urlOf(database string) string {
	parsed, err := url.Parse(s.url)
	if err != nil {
		return s.url
	}
	parsed.Path = "/" + database
	return withPatience(parsed)
}

// withPatience lets whoever connects wait for a server that has too much to do: in production five seconds are too long, and on a machine on
// which everybody tests they are not.
func withPatience(server *url.URL) string {
	asked := server.Query()
	if !asked.Has("connect_timeout") {
		asked.Set("connect_timeout", "120")
	}
	server.RawQuery = asked.Encode()
	return server.String()
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
