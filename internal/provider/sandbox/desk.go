package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// visit is one call to one operation of one system.
type visit struct {
	system    System
	operation string
	key       string // what a fault's match is looked for in
}

// serve is the desk at which every call is served: the fault told for it is taken first, then the work is done in one
// transaction and committed, and only then is it answered. work gets the code of a refusal it was told to give, or "".
func (w *World) serve(ctx context.Context, v visit, work func(tx pgx.Tx, told schemas.Code) error) error {
	fault, err := w.takeFor(ctx, v)
	if err != nil {
		return translate(err, "take a fault")
	}
	var told schemas.Code
	switch fault.Mode {
	case Slow:
		timer := time.NewTimer(fault.duration())
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return provider.Classify(ctx.Err())
		}
	case Fail:
		return &provider.Error{
			Class: provider.RetryLater, Code: schemas.CodeUnavailable, After: fault.duration(),
			Message: "the sandbox was told to fail",
		}
	case Never:
		return provider.Never(schemas.Code(fault.Param), "the sandbox was told never to take this")
	case Refuse:
		told = schemas.Code(fault.Param)
	case Lose, Twice, Reverse, "":
	}
	if err := w.inTx(ctx, func(tx pgx.Tx) error { return work(tx, told) }); err != nil {
		return err
	}
	if fault.Mode == Lose {
		return &provider.Error{Class: provider.Unknown, Code: schemas.CodeNoAnswer, Message: "the sandbox was told to lose its answer"}
	}
	return nil
}

// takeFor uses up a fault in a transaction of its own: it is used up even when the call then fails or the process dies.
func (w *World) takeFor(ctx context.Context, v visit) (fault Fault, err error) {
	var any bool
	if err := w.pool.QueryRow(ctx, faultAny, v.system, v.operation).Scan(&any); err != nil || !any {
		return Fault{}, err
	}
	err = pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		fault, err = take(ctx, tx, v.system, v.operation, v.key)
		return err
	})
	return fault, err
}

// inTx does work in one transaction. What it returns is an *provider.Error already.
func (w *World) inTx(ctx context.Context, work func(tx pgx.Tx) error) error {
	tx, err := w.pool.Begin(ctx)
	if err != nil {
		return translate(err, "begin")
	}
	if err := work(tx); err != nil {
		// The caller's context may be over; the connection must be clean all the same before it goes back to the pool.
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = tx.Rollback(rollback) // the work's own error is the one to tell; a broken connection rolls back by itself
		return translate(err, "book")
	}
	if err := tx.Commit(ctx); err != nil {
		// A server that says no has rolled back. Anything else leaves open whether the commit arrived.
		if refused := new(pgconn.PgError); errors.As(err, &refused) {
			return translate(err, "commit")
		}
		return &provider.Error{Class: provider.Unknown, Code: schemas.CodeNoAnswer, Message: "the commit was not answered", Err: err}
	}
	return nil
}

// translate says in the provider's words what an error of PostgreSQL means before the commit was sent. Nothing was booked
// then; but a caller whose time ran out learns no more than it would from a real system.
func translate(err error, doing string) error {
	var known *provider.Error
	if errors.As(err, &known) {
		return known
	}
	var asked *schemas.Refusal
	if errors.As(err, &asked) {
		return asked // of whoever plays the outside, not of a call
	}
	message := fmt.Sprintf("the sandbox's books could not be written (%s)", doing)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch class := refused.Code[:2]; {
		case class == "40", refused.Code == "23505": // a deadlock, or the same key at the same moment; the next look finds what it did
			return &provider.Error{Class: provider.RetryNow, Code: provider.CodeBusy, Message: message, Err: err}
		case class == "22", class == "23": // a value the books do not take, such as a text with a zero byte
			return &provider.Error{Class: provider.NeverRetry, Code: provider.CodeOutsideRejected, Message: message, Err: err}
		}
		return &provider.Error{Class: provider.RetryLater, Code: schemas.CodeUnavailable, Message: message, Err: err}
	}
	var connecting *pgconn.ConnectError
	if errors.As(err, &connecting) || pgconn.SafeToRetry(err) && !errors.Is(err, context.DeadlineExceeded) {
		return &provider.Error{Class: provider.RetryLater, Code: schemas.CodeUnavailable, Message: message, Err: err}
	}
	return provider.Classify(err)
}
