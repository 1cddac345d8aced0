package devstack

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(testContext(t), url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	var answer string
	require.NoError(t, conn.QueryRow(testContext(t), sql).Scan(&answer))
	return answer
}

func TestStackKeepsDataAndAddressesBetweenRuns(t *testing.T) {
	dir := testDir(t)
	first, err := Start(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.Empty(t, first.Temporal.Missing, "the pinned server has every feature")
	query(t, first.Postgres.URL, `with made as (select 1) select 'nothing' from made`)
	conn, err := pgx.Connect(testContext(t), first.Postgres.URL)
	require.NoError(t, err)
	_, err = conn.Exec(testContext(t), `create table kept as select 'still here'::text as words`)
	require.NoError(t, err)
	// An open connection must not delay the stop.
	require.NoError(t, first.Stop(testContext(t)))
	_ = conn.Close(context.Background())

	opts := testOptions(dir)
	opts.SearchAttributes["AftercareDue"] = "Datetime" // Missing ones are added to what is there.
	second, err := Start(testContext(t), opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, second.Stop(testContext(t))) }()
	require.Equal(t, first.Postgres.URL, second.Postgres.URL)
	require.Equal(t, first.Temporal.Address, second.Temporal.Address)
	require.Equal(t, "still here", query(t, second.Postgres.URL, `select words from kept`))

	c, err := dialTemporal(testContext(t), second.Temporal)
	require.NoError(t, err)
	defer c.Close()
	missing, err := missingAttributes(testContext(t), c, second.Temporal.Namespace, opts.SearchAttributes)
	require.NoError(t, err)
	require.Empty(t, missing)
}

func TestSecretsAreReadableByTheirOwnerAlone(t *testing.T) {
	dir := testDir(t)
	stack, err := Start(testContext(t), testOptions(dir))
	require.NoError(t, err)
	defer func() { require.NoError(t, stack.Stop(testContext(t))) }()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, file := range files {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s is open to others", file)
	}
	conn, err := pgx.Connect(testContext(t), strings.Replace(stack.Postgres.URL, "aftercare:", "aftercare:wrong", 1))
	if err == nil {
		_ = conn.Close(context.Background())
	}
	require.ErrorContains(t, err, "password authentication failed")
}

func TestKilledParentLeavesNothingThatBlocksTheNextStart(t *testing.T) {
	dir := testDir(t)
	before := startChild(t, dir, nil)
	require.True(t, serves(before.state.Temporal.PID, dir))
	require.True(t, serves(before.state.Postgres.PID, dir))
	before.kill(t)

	// At once, while the servers of the killed run may still be stopping.
	after, err := Start(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.Equal(t, before.state.Temporal.Address, after.Temporal.Address)
	require.NoError(t, after.Stop(testContext(t)))
	require.False(t, serves(before.state.Temporal.PID, dir))
	require.False(t, serves(before.state.Postgres.PID, dir))
}

func TestKilledParentTakesItsServersWithIt(t *testing.T) {
	dir := testDir(t)
	parent := startChild(t, dir, nil)
	parent.kill(t)
	require.NoError(t, waitUntil(testContext(t), func() bool {
		return !serves(parent.state.Temporal.PID, dir) && !serves(parent.state.Postgres.PID, dir)
	}))
}

func TestSecondStackOnTheSameFolderIsRefused(t *testing.T) {
	dir := testDir(t)
	running := startChild(t, dir, nil)
	_, err := Start(testContext(t), testOptions(dir))
	require.ErrorContains(t, err, "a dev stack already runs on "+dir)
	require.ErrorContains(t, err, "--data DIR")

	// The refusal disturbed nothing.
	state, err := ReadState(dir)
	require.NoError(t, err)
	require.Equal(t, running.state, state)
	require.Equal(t, "1", query(t, state.Postgres.URL, `select '1'`))
	running.stop(t)
}

func TestStateIsBelievedOnlyWhileTheStackRuns(t *testing.T) {
	dir := testDir(t)
	_, err := ReadState(dir)
	require.ErrorIs(t, err, ErrNotRunning)
	require.ErrorContains(t, err, "go run ./starter dev --data "+dir)

	running := startChild(t, dir, nil)
	state, err := ReadState(dir)
	require.NoError(t, err)
	require.Equal(t, running.state, state)

	state.Services = append(state.Services, Service{Name: "worker", PID: 1})
	require.NoError(t, WriteState(dir, state))
	again, err := ReadState(dir)
	require.NoError(t, err)
	require.Equal(t, state, again)

	running.kill(t)
	require.FileExists(t, statePath(dir), "a killed run cannot remove it")
	_, err = ReadState(dir)
	require.ErrorIs(t, err, ErrNotRunning)
}

func TestFailedStartLeavesNothingBehind(t *testing.T) {
	dir := testDir(t)
	opts := testOptions(dir)
	opts.SearchAttributes["AftercareBroken"] = "NoSuchType"
	_, err := Start(testContext(t), opts)
	require.ErrorContains(t, err, "NoSuchType")

	stack, err := Start(testContext(t), testOptions(dir))
	require.NoError(t, err)
	require.NoError(t, stack.Stop(testContext(t)))
}
