package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/case_get.sql
	caseGet string
	//go:embed queries/cases_open_everywhere.sql
	casesOpenEverywhere string
)

// CaseRow returns a case as it was last written, with all its events.
func (s *Store) CaseRow(ctx context.Context, caseID string) (schemas.View, error) {
	var v schemas.View
	var events []schemas.Event
	err := s.pool.QueryRow(ctx, caseGet, caseID, merchantOf(caseID)).Scan(&v, &events)
	if errors.Is(err, pgx.ErrNoRows) {
		return schemas.View{}, fmt.Errorf("case %s: %w", caseID, ErrNotFound)
	}
	if err != nil {
		return schemas.View{}, fmt.Errorf("read case %s: %w", caseID, err)
	}
	v.Events = events
	return v, nil
}

// OpenCase is what the database knows of an open case's workflow.
type OpenCase struct {
	CaseID            string
	MerchantID        string
	RunID             string // empty where only intake has written so far
	Revision          int64
	ConfirmedRevision int64
	OpenedAt          time.Time // the case's own time
	ChangedAt         time.Time // when its row was last written, by the database's clock
}

// OpenCases goes through every open case of every merchant in the order of their ids. It is for ops and for the search for
// cases whose workflow has ended from outside, and may take as long as it likes: it holds no connection between pages.
func (s *Store) OpenCases(ctx context.Context) iter.Seq2[OpenCase, error] {
	const size = 500
	return pages(func(last OpenCase) ([]OpenCase, error) {
		rows, err := s.pool.Query(ctx, casesOpenEverywhere, last.CaseID, size)
		if err != nil {
			return nil, fmt.Errorf("read open cases: %w", err)
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[OpenCase])
	}, size)
}

// pages goes through what next returns until a page is not full. next gets the last item of the page before.
func pages[T any](next func(last T) ([]T, error), size int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last T
		for {
			page, err := next(last)
			if err != nil {
				yield(last, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
			if len(page) < size {
				return
			}
			last = page[len(page)-1]
		}
	}
}
