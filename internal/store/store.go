// Package store keeps in PostgreSQL what is shared between cases (orders, unit claims, the money ledger, people) and the
// rows of cases. Business time comes with every call; the database's own clock decides nothing.
//
// A method that refuses for a reason of the business returns a *schemas.Refusal. Any other error is trouble with the
// database: where Unavailable says so, the same call may be repeated.
package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNotFound is returned where a single thing was asked for by its id and there is none.
var ErrNotFound = errors.New("not found")

// Store is the one way to Aftercare's own tables.
type Store struct {
	pool      *pgxpool.Pool
	pollEvery time.Duration
}

// Settings that a connection gets unless the URL names others. A query of ours takes milliseconds; one that takes seconds
// waits for something that is broken, and holds up a workflow task while it does.
var sessionDefaults = map[string]string{
	"application_name":                    "aftercare",
	"timezone":                            "UTC",
	"statement_timeout":                   "10s",
	"lock_timeout":                        "5s",
	"idle_in_transaction_session_timeout": "30s",
	"jit":                                 "off", // short queries pay for its compilation and gain nothing
}

// Open connects to the database at url and makes sure that it answers. The schema must have been migrated.
func Open(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read database url: %w", err)
	}
	for name, value := range sessionDefaults {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = int32(max(8, 4*runtime.NumCPU()))
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &Store{pool: pool, pollEvery: defaultPollEvery}, nil
}

// Close waits for the queries under way and closes all connections.
func (s *Store) Close() { s.pool.Close() }

// inTx runs do in one transaction. Every statement in it sees what was committed before that statement began, so a lock
// taken by one statement makes the next ones see what the earlier holder of the lock wrote.
func (s *Store) inTx(ctx context.Context, do func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, do)
}

// send runs a batch whose rows do not matter, and returns its first error.
func send(ctx context.Context, tx pgx.Tx, batch *pgx.Batch) error {
	return tx.SendBatch(ctx, batch).Close()
}
