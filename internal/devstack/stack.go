package devstack

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// Stack is a Temporal server and a PostgreSQL server on one data folder.
type Stack struct {
	Dir      string
	Temporal *Temporal
	Postgres *Postgres

	lock *os.File
}

// Start finds or starts both servers, side by side, and writes down where they are. A second stack on the same
// folder is refused.
func Start(ctx context.Context, opts Options) (*Stack, error) {
	opts, err := opts.prepared()
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(opts.Dir, "stack")
	if err != nil {
		return nil, err
	}
	removeState(opts.Dir) // Of a killed run; readers must wait for ours.
	stack := &Stack{Dir: opts.Dir, lock: lock}
	if err := stack.startBoth(ctx, opts); err != nil {
		return nil, errors.Join(err, stack.Stop(ctx))
	}
	if err := WriteState(opts.Dir, stack.State()); err != nil {
		return nil, errors.Join(err, stack.Stop(ctx))
	}
	return stack, nil
}

// startBoth lets the first failure end the other start: nobody waits ten minutes for a build whose database will
// never come.
func (s *Stack) startBoth(ctx context.Context, opts Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var both sync.WaitGroup
	both.Go(func() {
		server, err := StartTemporal(ctx, opts)
		if err != nil {
			cancel(err)
			return
		}
		s.Temporal = server
	})
	both.Go(func() {
		server, err := StartPostgres(ctx, opts)
		if err != nil {
			cancel(err)
			return
		}
		s.Postgres = server
	})
	both.Wait()
	if s.Temporal == nil || s.Postgres == nil {
		return context.Cause(ctx)
	}
	return nil
}

// State describes the stack for other commands. A caller adds its services and writes it again with WriteState.
func (s *Stack) State() State {
	return State{
		PID:     os.Getpid(),
		Started: time.Now().UTC().Truncate(time.Second),
		Temporal: TemporalState{
			Address: s.Temporal.Address, Namespace: s.Temporal.Namespace, UI: s.Temporal.UIURL, Version: s.Temporal.Version,
			How: s.Temporal.How, PID: s.Temporal.PID, Missing: s.Temporal.Missing, Env: s.Temporal.Env(),
		},
		Postgres: PostgresState{
			URL: s.Postgres.URL, Version: s.Postgres.Version, How: s.Postgres.How, PID: s.Postgres.PID, Files: s.Postgres.Dir,
		},
	}
}

// Stop stops what was started here and removes the state. It is safe on a stack that only half started.
func (s *Stack) Stop(ctx context.Context) error {
	removeState(s.Dir)
	var both sync.WaitGroup
	var temporalErr, postgresErr error
	if s.Temporal != nil {
		both.Go(func() { temporalErr = s.Temporal.Stop(ctx) })
	}
	if s.Postgres != nil {
		both.Go(func() { postgresErr = s.Postgres.Stop(ctx) })
	}
	both.Wait()
	_ = s.lock.Close()
	return errors.Join(temporalErr, postgresErr)
}
