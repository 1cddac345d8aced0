package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/schemas"
)

// World is the five systems over one set of books.
type World struct {
	pool        *pgxpool.Pool
	settleDelay time.Duration
	log         *zap.Logger
}

// Option changes how a World behaves.
type Option func(*World)

// WithSettleDelay sets how long an accepted refund or charge takes to settle, and ordered goods to leave. Without it, 150 ms.
func WithSettleDelay(d time.Duration) Option { return func(w *World) { w.settleDelay = d } }

// WithLogger sets where the pump says what went wrong. Without it, nowhere.
func WithLogger(log *zap.Logger) Option { return func(w *World) { w.log = log } }

// Open opens the books at a PostgreSQL URL. They must have been migrated (Migrate). It fails when nobody answers there. The
// pool's size is pgx's own (four connections, or one a core) unless the URL says pool_max_conns; each pump keeps one.
func Open(ctx context.Context, url string, options ...Option) (*World, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("open the sandbox's books: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the sandbox's books: %w", err)
	}
	w := &World{pool: pool, settleDelay: 150 * time.Millisecond, log: zap.NewNop()}
	for _, option := range options {
		option(w)
	}
	return w, nil
}

// Close lets go of the database. Pumps must have ended.
func (w *World) Close() { w.pool.Close() }

// Orders is the shop's order system.
func (w *World) Orders() *Orders { return &Orders{w} }

// Payments is the payment provider.
func (w *World) Payments() *Payments { return &Payments{w} }

// Charges is the payment provider's other side: money that customers pay.
func (w *World) Charges() *Charges { return &Charges{w} }

// Disputes is the payment provider's third side: what customers' banks take back.
func (w *World) Disputes() *Disputes { return &Disputes{w} }

// Courier is the carrier.
func (w *World) Courier() *Courier { return &Courier{w} }

// Stock is the warehouse's book of goods.
func (w *World) Stock() *Stock { return &Stock{w} }

// Notices is the sender of messages.
func (w *World) Notices() *Notices { return &Notices{w} }

// Load is the way in for an import.
func (w *World) Load() *Loader { return &Loader{w} }

// Books is the way in for an auditor.
func (w *World) Books() *Books { return &Books{w} }

// Happened tells the system that a fact is about what happened there, before the fact is sent to us, so that its books agree.
func (w *World) Happened(ctx context.Context, fact string, report schemas.Report) error {
	return errors.Join(w.Courier().Happened(ctx, fact, report), w.Stock().Happened(ctx, fact, report))
}
