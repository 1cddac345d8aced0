package stacktest_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/internal/devstack/stacktest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func migrateOnce(t *testing.T, count *int) func(string) error {
	return func(url string) error {
		*count++
		conn, err := pgx.Connect(context.Background(), url)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(context.Background()) }()
		_, err = conn.Exec(context.Background(), `create table cases (id text primary key); insert into cases values ('seed')`)
		return err
	}
}

func TestEachDatabaseIsAMigratedCopyOfItsOwn(t *testing.T) {
	migrations := 0
	migrate := migrateOnce(t, &migrations)
	one, two := stacktest.Database(t, migrate), stacktest.Database(t, migrate)
	require.NotEqual(t, one, two)
	require.Equal(t, 1, migrations)

	_, err := connect(t, one).Exec(t.Context(), `insert into cases values ('only in one')`)
	require.NoError(t, err)
	var rows int
	require.NoError(t, connect(t, two).QueryRow(t.Context(), `select count(*) from cases`).Scan(&rows))
	require.Equal(t, 1, rows)
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	var url string
	t.Run("inner", func(t *testing.T) { url = stacktest.Postgres(t) })
	_, err := pgx.Connect(t.Context(), url)
	require.ErrorContains(t, err, "does not exist")
}

func TestCommittedRowsSurviveAKilledPostgres(t *testing.T) {
	server := stacktest.OwnPostgres(t)
	_, err := connect(t, server.URL).Exec(t.Context(), `create table ledger (amount int); insert into ledger values (42)`)
	require.NoError(t, err)

	server.Kill()
	_, err = pgx.Connect(t.Context(), server.URL)
	require.Error(t, err)
	server.Start()

	var amount int
	require.NoError(t, connect(t, server.URL).QueryRow(t.Context(), `select amount from ledger`).Scan(&amount))
	require.Equal(t, 42, amount)
}

func waitForGo(ctx workflow.Context) (string, error) {
	var said string
	workflow.GetSignalChannel(ctx, "go").Receive(ctx, &said)
	return said, nil
}

func TestWorkflowSurvivesAKilledTemporal(t *testing.T) {
	server := stacktest.OwnTemporal(t, map[string]string{"AftercareKind": "Keyword"})
	dial := func() client.Client {
		c, err := client.Dial(client.Options{HostPort: server.Address, Namespace: server.Namespace})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	run, err := dial().ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "shop:1:2", TaskQueue: "cases"}, waitForGo)
	require.NoError(t, err)

	server.Kill()
	server.Start()

	c := dial()
	w := worker.New(c, "cases", worker.Options{})
	w.RegisterWorkflow(waitForGo)
	require.NoError(t, w.Start())
	defer w.Stop()
	require.NoError(t, c.SignalWorkflow(ctx, "shop:1:2", run.GetRunID(), "go", "on"))
	var said string
	require.NoError(t, c.GetWorkflow(ctx, "shop:1:2", run.GetRunID()).Get(ctx, &said))
	require.Equal(t, "on", said)
}

func TestSharedTemporalGainsSearchAttributes(t *testing.T) {
	address, namespace := stacktest.Temporal(t, map[string]string{"AftercareKind": "Keyword"})
	again, _ := stacktest.Temporal(t, map[string]string{"AftercareKind": "Keyword", "AftercareDue": "Datetime"})
	require.Equal(t, address, again)
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace})
	require.NoError(t, err)
	defer c.Close()
	found, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	require.NoError(t, err)
	require.Contains(t, found.CustomAttributes, "AftercareDue")
}
