package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/schemas"
)

// Deliver takes one fact. An error means that it was not taken: it will come again.
type Deliver func(ctx context.Context, fact string, report schemas.Report) error

const (
	pumpNet      = 500 * time.Millisecond // the longest wait without a look, in case a word was missed
	pumpBatch    = 8                      // facts under way at once
	deliverLimit = 8 * time.Second        // for one delivery
	deliverLease = 10 * time.Second       // after it, somebody else may deliver; longer than a delivery can take
	deliverRest  = 100 * time.Millisecond // after the first failed delivery; doubled each time
	deliverRests = 30 * time.Second       // at most
)

var (
	factLease     = query("fact_lease")
	factDelivered = query("fact_delivered")
	factFailed    = query("fact_failed")
	pumpWait      = query("pump_wait")
)

// Pump settles refunds and charges when they are due, lets ordered goods leave, and delivers the facts that tell of it, at least once each, until ctx ends; then
// it returns nil. Several pumps may run over the same books. A fault of the database is logged and outlived.
func (w *World) Pump(ctx context.Context, deliver Deliver) error {
	var listening *pgxpool.Conn
	defer func() {
		if listening != nil {
			// This connection still listens; the pool must not hand it to anybody.
			_ = listening.Hijack().Close(context.WithoutCancel(ctx))
		}
	}()
	for ctx.Err() == nil {
		if listening == nil {
			listening = w.listen(ctx)
		}
		wait, err := w.pumpOnce(ctx, deliver)
		if err != nil && ctx.Err() == nil {
			w.log.Warn("the sandbox's pump could not work; it tries again", zap.Error(err))
			wait = pumpNet
		}
		if wait > 0 {
			listening = rest(ctx, listening, wait)
		}
	}
	return nil
}

// listen gets a connection that hears the word of queries/wake.sql, or nil where none can be had now.
func (w *World) listen(ctx context.Context) *pgxpool.Conn {
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil
	}
	if _, err := conn.Exec(ctx, "listen aftercare_sandbox"); err != nil {
		conn.Release()
		return nil
	}
	return conn
}

// rest waits until there is a word or the time is over. It returns the connection, or nil when it is broken.
func rest(ctx context.Context, listening *pgxpool.Conn, wait time.Duration) *pgxpool.Conn {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if listening == nil {
		<-ctx.Done()
		return nil
	}
	if _, err := listening.Conn().WaitForNotification(ctx); err != nil && listening.Conn().IsClosed() {
		listening.Release()
		<-ctx.Done()
		return nil
	}
	return listening
}

// pumpOnce does what is due and returns how long there is nothing to do; 0 when there may be more.
func (w *World) pumpOnce(ctx context.Context, deliver Deliver) (time.Duration, error) {
	var settled int
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) (err error) {
		settled, err = settle(ctx, tx, "", "")
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, others := range []func(context.Context, pgx.Tx) (int, error){
		func(ctx context.Context, tx pgx.Tx) (int, error) { return collect(ctx, tx, "", "") },
		send,
	} {
		err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
			done, err := others(ctx, tx)
			settled += done
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	delivered, err := w.deliverDue(ctx, deliver)
	if err != nil || settled+delivered > 0 {
		return 0, err
	}
	var seconds float64
	if err := w.pool.QueryRow(ctx, pumpWait, pumpNet.Seconds()).Scan(&seconds); err != nil {
		return 0, err
	}
	// At least a millisecond: what is due in less is due when we are back.
	return max(time.Duration(seconds*float64(time.Second)), time.Millisecond), nil
}

// outgoing is a fact that was leased for delivery.
type outgoing struct {
	id     int64
	fact   string
	copies int
	tries  int
	report schemas.Report
}

// deliverDue leases facts and delivers them side by side. A fact whose deliverer dies comes again when the lease is over.
func (w *World) deliverDue(ctx context.Context, deliver Deliver) (int, error) {
	rows, err := w.pool.Query(ctx, factLease, pumpBatch, deliverLease/time.Microsecond)
	if err != nil {
		return 0, err
	}
	facts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outgoing, err error) {
		var body []byte
		err = row.Scan(&o.id, &o.fact, &o.copies, &o.tries, &o.report.Source, &o.report.EventID, &body,
			&o.report.OccurredAt, &o.report.ReceivedAt)
		o.report.Body = json.RawMessage(body)
		o.report.OccurredAt, o.report.ReceivedAt = o.report.OccurredAt.UTC(), o.report.ReceivedAt.UTC()
		return o, err
	})
	if err != nil {
		return 0, err
	}
	errs := make([]error, len(facts))
	var all sync.WaitGroup
	for i, o := range facts {
		all.Go(func() { errs[i] = w.deliver(ctx, o, deliver) })
	}
	all.Wait()
	return len(facts), errors.Join(errs...)
}

// deliver hands one fact over, as often as was told, and books the outcome. Its error is the database's alone.
func (w *World) deliver(ctx context.Context, o outgoing, deliver Deliver) error {
	trying, cancel := context.WithTimeout(ctx, deliverLimit)
	defer cancel()
	// The outcome is booked even when the pump is being stopped: a fact that was taken need not come again.
	booking, done := context.WithTimeout(context.WithoutCancel(ctx), deliverLease)
	defer done()
	var failed error
	for range o.copies {
		if failed = deliver(trying, o.fact, o.report); failed != nil {
			break
		}
	}
	if failed == nil {
		_, err := w.pool.Exec(booking, factDelivered, o.id)
		return err
	}
	w.log.Info("a fact was not taken; it comes again",
		zap.String("fact", o.fact), zap.String("event_id", o.report.EventID), zap.Int("tries", o.tries), zap.Error(failed))
	pause := deliverRests
	if o.tries < 10 {
		pause = min(deliverRest<<(o.tries-1), deliverRests)
	}
	_, err := w.pool.Exec(booking, factFailed, o.id, failed.Error(), pause/time.Microsecond)
	return err
}
