package store

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed queries/owners_lock.sql
	ownersLock string
	//go:embed queries/owners_load.sql
	ownersLoad string
)

// querier is the pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// LeastBusy returns the candidate with the fewest open cases; of equals, the first. It reserves nobody: two calls in the
// same moment may return the same person. Accept does not have that weakness.
func (s *Store) LeastBusy(ctx context.Context, merchant string, candidates []string) (string, error) {
	return leastBusy(ctx, s.pool, merchant, candidates)
}

// pickOwner is LeastBusy for a case about to be written in the same transaction: until that has committed, no other intake
// of the merchant picks.
func pickOwner(ctx context.Context, tx pgx.Tx, merchant string, candidates []string) (string, error) {
	if len(candidates) == 0 {
		return "", nil
	}
	if _, err := tx.Exec(ctx, ownersLock, merchant); err != nil {
		return "", fmt.Errorf("lock owners: %w", err)
	}
	return leastBusy(ctx, tx, merchant, candidates)
}

func leastBusy(ctx context.Context, q querier, merchant string, candidates []string) (string, error) {
	if len(candidates) == 0 {
		return "", nil
	}
	rows, err := q.Query(ctx, ownersLoad, merchant, candidates)
	if err != nil {
		return "", fmt.Errorf("count open cases: %w", err)
	}
	load := map[string]int64{}
	var owner string
	var open int64
	if _, err := pgx.ForEachRow(rows, []any{&owner, &open}, func() error { load[owner] = open; return nil }); err != nil {
		return "", fmt.Errorf("count open cases: %w", err)
	}
	best := candidates[0]
	for _, c := range candidates[1:] {
		if load[c] < load[best] {
			best = c
		}
	}
	return best, nil
}
