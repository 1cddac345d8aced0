package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// What tests outside the package may reach into.

func (s *Store) Pool() *pgxpool.Pool { return s.pool }

func (s *Store) PollEvery(d time.Duration) { s.pollEvery = d }

func (s *Store) ListQuery(ctx context.Context, f Filter, p Page) (string, []any, error) {
	sql, args, _, err := s.listQuery(ctx, f, p)
	return sql, args, err
}

var (
	Legal       = legal
	RefundSteps = refundSteps
	WithoutNul  = withoutNul
)
