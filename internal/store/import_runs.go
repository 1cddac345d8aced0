package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed queries/import_shift.sql
	importShift string
	//go:embed queries/import_shifts.sql
	importShifts string
)

// ImportShift is by how many days a merchant's data set that calls AsOf today was shifted at its first import.
type ImportShift struct {
	AsOf time.Time
	Days int
}

// ImportShifts lists the shifts of a merchant's data sets, the latest day first.
func (s *Store) ImportShifts(ctx context.Context, merchant string) ([]ImportShift, error) {
	rows, err := s.pool.Query(ctx, importShifts, merchant)
	if err != nil {
		return nil, fmt.Errorf("look up the shifts of %s: %w", merchant, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ImportShift])
	if err != nil {
		return nil, fmt.Errorf("look up the shifts of %s: %w", merchant, err)
	}
	return found, nil
}

// ImportShift returns by how many days a merchant's data set that calls asOf today is shifted to the present: the days from
// asOf to today at its first import, and the same ever after.
func (s *Store) ImportShift(ctx context.Context, merchant string, asOf, today time.Time) (days int, err error) {
	from, to := Day(asOf), Day(today)
	days = int(to.Sub(from) / (24 * time.Hour))
	if err := s.pool.QueryRow(ctx, importShift, merchant, from, days).Scan(&days); err != nil {
		return 0, fmt.Errorf("remember the shift of %s: %w", merchant, err)
	}
	return days, nil
}

// Day is midnight UTC of t's date.
func Day(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
