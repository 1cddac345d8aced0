package stacktest

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/devstack"
)

// PostgresServer is a PostgreSQL of one test's own, which may be stopped, killed and started again. Its address and
// data stay the same.
type PostgresServer struct {
	URL string

	t       testing.TB
	opts    devstack.Options
	running *devstack.Postgres
}

// OwnPostgres starts a PostgreSQL for this test alone.
func OwnPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	server := &PostgresServer{t: t, opts: ownOptions(testDir(t))}
	t.Cleanup(server.Stop)
	server.Start()
	server.URL = server.running.URL
	return server
}

// Start brings the server back after Stop or Kill. It returns when connections are accepted.
func (s *PostgresServer) Start() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	running, err := devstack.StartPostgres(ctx, s.opts)
	require.NoError(s.t, err)
	keep(running.PID, running.Dir)
	s.running = running
	require.True(s.t, s.URL == "" || s.URL == running.URL, "the server came back on another address")
}

// Stop shuts the server down in order, without waiting for its clients. Stopping twice is fine.
func (s *PostgresServer) Stop() {
	s.t.Helper()
	if s.running == nil {
		return
	}
	require.NoError(s.t, s.running.Stop(context.Background()))
	s.running = nil
}

// Kill ends the server as a crash would.
func (s *PostgresServer) Kill() {
	if s.running != nil {
		s.running.Kill()
		s.running = nil
	}
}

// TemporalServer is a Temporal server of one test's own, which may be stopped, killed and started again. Its address
// and data stay the same.
type TemporalServer struct {
	Address, Namespace string

	t       testing.TB
	opts    devstack.Options
	running *devstack.Temporal
}

// OwnTemporal starts a Temporal server with these search attributes for this test alone.
func OwnTemporal(t testing.TB, attributes map[string]string) *TemporalServer {
	t.Helper()
	server := &TemporalServer{t: t, opts: ownOptions(testDir(t))}
	server.opts.SearchAttributes = attributes
	t.Cleanup(server.Stop)
	server.Start()
	server.Address, server.Namespace = server.running.Address, server.running.Namespace
	return server
}

// Start brings the server back after Stop or Kill. It returns when workflows can be started.
func (s *TemporalServer) Start() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	running, err := devstack.StartTemporal(ctx, s.opts)
	require.NoError(s.t, err)
	keep(running.PID, "")
	s.running = running
	require.True(s.t, s.Address == "" || s.Address == running.Address, "the server came back on another address")
}

// Stop shuts the server down in order. Stopping twice is fine.
func (s *TemporalServer) Stop() {
	s.t.Helper()
	if s.running == nil {
		return
	}
	require.NoError(s.t, s.running.Stop(context.Background()))
	s.running = nil
}

// Kill ends the server as a crash would.
func (s *TemporalServer) Kill() {
	if s.running != nil {
		s.running.Kill()
		s.running = nil
	}
}

// testDir is removed with the test, and by the janitor where the test does not get that far.
func testDir(t testing.TB) string {
	t.Helper()
	dir, err := newDir()
	require.NoError(t, err)
	keep(0, dir)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
