package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// Namespace is where the benchmark's cases and controls live, so that the stack's own worker does not take their work.
const Namespace = "aftercare-bench"

// databasePrefix marks the databases of the benchmark, so that one left by a killed run can be recognised.
const databasePrefix = "aftercare_bench_"

// lockKey keeps two runs on one PostgreSQL apart: each would measure the other.
const lockKey = 0x61667463

// place is the benchmark's own database, beside the stack's on the same PostgreSQL: it measures what it writes, and the shop of
// whoever works there stays clean.
type place struct {
	admin  *pgx.Conn // holds the lock
	name   string
	url    string
	runTag string // in every id of this run
}

var errBusy = errors.New("another bench is running on this stack; wait for it")

func openPlace(ctx context.Context, stackURL string) (*place, error) {
	admin, err := pgx.Connect(ctx, stackURL)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	p := &place{admin: admin, runTag: strings.ToLower(rand.Text()[:8])}
	if err := p.make(ctx, stackURL); err != nil {
		p.close(ctx)
		return nil, err
	}
	return p, nil
}

func (p *place) make(ctx context.Context, stackURL string) error {
	var alone bool
	if err := p.admin.QueryRow(ctx, "select pg_try_advisory_lock($1)", lockKey).Scan(&alone); err != nil {
		return fmt.Errorf("ask whether another bench runs: %w", err)
	}
	if !alone {
		return errBusy
	}
	if err := p.sweep(ctx); err != nil {
		return err
	}
	at, err := url.Parse(stackURL)
	if err != nil {
		return errors.New("the address of PostgreSQL is not a URL")
	}
	p.name = databasePrefix + p.runTag
	at.Path = "/" + p.name
	p.url = at.String()
	if _, err := p.admin.Exec(ctx, "create database "+pgx.Identifier{p.name}.Sanitize()); err != nil {
		p.name = ""
		return fmt.Errorf("make a database for the bench; its user must be allowed to: %w", err)
	}
	return nil
}

// watcher is what the benchmark's own connections call themselves, those that neither a case nor a control has.
const watcher = "aftercare-bench"

// watching is how the benchmark connects to look at what happens.
func (p *place) watching() (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(p.url)
	if err != nil {
		return nil, fmt.Errorf("open the bench's database: %w", err)
	}
	config.ConnConfig.RuntimeParams["application_name"] = watcher
	return config, nil
}

// watchers are the processes of PostgreSQL that serve them.
func (p *place) watchers(ctx context.Context) ([]int, error) {
	rows, err := p.admin.Query(ctx, "select pid from pg_stat_activity where application_name = $1 and datname = $2", watcher, p.name)
	if err != nil {
		return nil, fmt.Errorf("look for the bench's connections: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int])
}

// sweep drops what killed runs left. Nobody else has the lock.
func (p *place) sweep(ctx context.Context) error {
	rows, err := p.admin.Query(ctx, "select datname from pg_database where starts_with(datname, $1)", databasePrefix)
	if err != nil {
		return fmt.Errorf("look for databases of killed runs: %w", err)
	}
	left, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for databases of killed runs: %w", err)
	}
	for _, name := range left {
		if _, err := p.admin.Exec(ctx, "drop database if exists "+pgx.Identifier{name}.Sanitize()+" with (force)"); err != nil {
			return fmt.Errorf("drop the database of a killed run: %w", err)
		}
	}
	return nil
}

// close drops the database, also when the run was stopped.
func (p *place) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var err error
	if p.name != "" {
		if _, dropped := p.admin.Exec(ctx, "drop database if exists "+pgx.Identifier{p.name}.Sanitize()+" with (force)"); dropped != nil {
			err = fmt.Errorf("drop the bench's database %s: %w", p.name, dropped)
		}
	}
	return errors.Join(err, p.admin.Close(ctx))
}

// endAll ends everything that is open in the benchmark's namespace: cases that were parked, and what a killed run left, whose
// database is gone.
func endAll(ctx context.Context, t client.Client) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for {
		open, err := t.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: Namespace, Query: "ExecutionStatus = 'Running'", PageSize: 200})
		if err != nil {
			return fmt.Errorf("list what is open in %s: %w", Namespace, err)
		}
		if len(open.GetExecutions()) == 0 {
			return nil
		}
		for _, e := range open.GetExecutions() {
			if err := end(ctx, t, e); err != nil {
				return err
			}
		}
		time.Sleep(200 * time.Millisecond) // visibility is behind by a moment
	}
}

func end(ctx context.Context, t client.Client, e *workflowpb.WorkflowExecutionInfo) error {
	err := t.TerminateWorkflow(ctx, e.GetExecution().GetWorkflowId(), e.GetExecution().GetRunId(), "the benchmark has ended")
	if err == nil {
		return nil
	}
	now, look := t.DescribeWorkflowExecution(ctx, e.GetExecution().GetWorkflowId(), e.GetExecution().GetRunId())
	if look == nil && now.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return nil
	}
	return fmt.Errorf("end %s: %w", e.GetExecution().GetWorkflowId(), err)
}
