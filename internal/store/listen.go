package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed queries/cases_changed.sql
	casesChanged string
	//go:embed queries/clock_get.sql
	clockGet string
)

// CaseChanged says that a case's row was written. It is a hint to look again, not a record: the same revision may be
// announced twice, and of several quick changes perhaps only the last.
type CaseChanged struct {
	CaseID   string
	Revision int64
}

const (
	// defaultPollEvery is how long a change can go unnoticed when its notification was lost.
	defaultPollEvery = 15 * time.Second
	// pollOverlap is how far a poll looks back behind the last one: a transaction shows its rows later than it dated them,
	// and none of ours may take longer than that.
	pollOverlap = 30 * time.Second
	pollPage    = 1000
)

// Listen tells of every change of a case's row until ctx ends, when the channel is closed. Changes made after Listen has
// returned are told of, also those that happen while the database cannot be reached.
func (s *Store) Listen(ctx context.Context) (<-chan CaseChanged, error) {
	l := &listener{store: s, out: make(chan CaseChanged, 256), told: map[string]time.Time{}}
	conn, err := l.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("listen for changes: %w", err)
	}
	// By the database's clock, because that is what rows are dated by.
	if err := conn.QueryRow(ctx, clockGet).Scan(&l.since); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("listen for changes: %w", err)
	}
	l.start = l.since
	go l.run(ctx, conn)
	return l.out, nil
}

type listener struct {
	store *Store
	out   chan CaseChanged
	start time.Time            // what was written before it is nobody's business
	since time.Time            // the poll has seen everything up to here
	told  map[string]time.Time // polled rows of the overlap by case, so that they are not told of again and again
}

// run hears notifications, polls between them, and connects again for as long as it takes.
func (l *listener) run(ctx context.Context, conn *pgx.Conn) {
	defer close(l.out)
	for {
		err := l.hear(ctx, conn)
		_ = conn.Close(context.WithoutCancel(ctx))
		if ctx.Err() != nil {
			return
		}
		for wait := 100 * time.Millisecond; err != nil; wait = min(2*wait, 10*time.Second) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
			conn, err = l.connect(ctx)
		}
	}
}

func (l *listener) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, l.store.pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `LISTEN aftercare_cases`); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return conn, nil
}

// hear returns when the connection is of no use any more. It begins with a poll, which finds what a lost connection missed.
func (l *listener) hear(ctx context.Context, conn *pgx.Conn) error {
	for {
		if err := l.poll(ctx, conn); err != nil {
			return err
		}
		quiet, cancel := context.WithTimeout(ctx, l.store.pollEvery)
		err := l.hearUntil(quiet, conn)
		cancel()
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return errors.Join(err, ctx.Err())
		}
	}
}

func (l *listener) hearUntil(ctx context.Context, conn *pgx.Conn) error {
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		id, revision, _ := strings.Cut(n.Payload, " ")
		r, err := strconv.ParseInt(revision, 10, 64)
		if err != nil {
			continue // not one of ours
		}
		if err := l.tell(ctx, CaseChanged{CaseID: id, Revision: r}); err != nil {
			return err
		}
	}
}

// poll tells of rows written since the last poll.
func (l *listener) poll(ctx context.Context, conn *pgx.Conn) error {
	from := l.since.Add(-pollOverlap)
	if from.Before(l.start) {
		from = l.start
	}
	for id, at := range l.told {
		if at.Before(from) {
			delete(l.told, id)
		}
	}
	for {
		rows, err := conn.Query(ctx, casesChanged, from, pollPage)
		if err != nil {
			return err
		}
		type changed struct {
			CaseID   string
			Revision int64
			At       time.Time
		}
		page, err := pgx.CollectRows(rows, pgx.RowToStructByPos[changed])
		if err != nil {
			return err
		}
		for _, c := range page {
			if c.At.After(l.since) {
				l.since = c.At
			}
			from = c.At
			if l.told[c.CaseID].Equal(c.At) {
				continue
			}
			l.told[c.CaseID] = c.At
			if err := l.tell(ctx, CaseChanged{CaseID: c.CaseID, Revision: c.Revision}); err != nil {
				return err
			}
		}
		if len(page) < pollPage {
			return nil
		}
	}
}

func (l *listener) tell(ctx context.Context, c CaseChanged) error {
	select {
	case l.out <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
