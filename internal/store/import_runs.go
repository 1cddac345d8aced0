package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"
)

//go:embed queries/import_shift.sql
var importShift string

// ImportShift returns by how many days a merchant's data set that calls asOf today is shifted to the present: the days from
// asOf to today at its first import, and the same ever after.
func (s *Store) ImportShift(ctx context.Context, merchant string, asOf, today time.Time) (days int, err error) {
	from, to := day(asOf), day(today)
	days = int(to.Sub(from) / (24 * time.Hour))
	if err := s.pool.QueryRow(ctx, importShift, merchant, from, days).Scan(&days); err != nil {
		return 0, fmt.Errorf("remember the shift of %s: %w", merchant, err)
	}
	return days, nil
}

// day is midnight UTC of t's date.
func day(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
