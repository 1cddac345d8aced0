package store

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/case_get.sql
	caseGet string
	//go:embed queries/cases_open_list.sql
	casesOpenList string
	//go:embed queries/cases_all_list.sql
	casesAllList string
	//go:embed queries/cases_of_waybill.sql
	casesOfWaybill string
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

// Scope says which cases a list is of.
type Scope string

const (
	ScopeOpen   Scope = "" // open cases, nearest due first
	ScopeClosed Scope = "closed"
	ScopeAll    Scope = "all" // open and closed ones, as closed ones newest first
)

// Filter chooses the cases of a list. Every field but the merchant may be left out.
type Filter struct {
	Merchant string
	// Everywhere asks for the cases of all merchants. It is the operator's, and never what a forgotten merchant means.
	Everywhere bool
	Scope      Scope
	Owner      string
	State      schemas.State
	Stage      schemas.Stage
	Turn       schemas.Turn
	Order      string
	Customer   string
	Waybill    string
}

// Page is a part of a list. Limit is 50 where it is not given, and at most 500.
type Page struct {
	After string // the cursor that came with the page before
	Limit int
}

// ListCases returns one page of a merchant's cases, without their events, and the cursor of the next page, which is empty
// on the last one. A cursor names a place in the order, not a number of rows, so a case that comes or goes between two
// pages neither repeats nor hides another.
func (s *Store) ListCases(ctx context.Context, f Filter, p Page) ([]schemas.View, string, error) {
	if (f.Merchant == "") != f.Everywhere {
		return nil, "", refuse(schemas.CodeMissingField, "merchant", "a list is of one merchant, or expressly of all.")
	}
	sql, args, limit, err := s.listQuery(ctx, f, p)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, "", fmt.Errorf("list cases: %w", err)
	}
	views, err := pgx.CollectRows(rows, pgx.RowTo[schemas.View])
	if err != nil {
		return nil, "", fmt.Errorf("list cases: %w", err)
	}
	if len(views) <= limit {
		return views, "", nil
	}
	views = views[:limit] // one more was read to learn whether there is a next page
	return views, cursorOf(views[limit-1], f.Scope), nil
}

// listQuery makes the query of a list. It is planned anew each time with its values (QueryExecModeCacheDescribe), because a
// plan that has to fit every combination of filters fits none.
func (s *Store) listQuery(ctx context.Context, f Filter, p Page) (sql string, args []any, limit int, err error) {
	limit = p.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	at, id, err := readCursor(p.After)
	if err != nil {
		return "", nil, 0, err
	}
	var ids []string
	if f.Waybill != "" {
		rows, err := s.pool.Query(ctx, casesOfWaybill, normalWaybill(f.Waybill), f.Merchant)
		if err != nil {
			return "", nil, 0, fmt.Errorf("look for waybill: %w", err)
		}
		if ids, err = pgx.AppendRows([]string{}, rows, pgx.RowTo[string]); err != nil {
			return "", nil, 0, fmt.Errorf("look for waybill: %w", err)
		}
	}
	args = []any{
		pgx.QueryExecModeCacheDescribe, f.Merchant, f.Owner, string(f.State), string(f.Stage), string(f.Turn), f.Order, f.Customer, ids, at, id,
	}
	switch f.Scope {
	case ScopeOpen:
		return casesOpenList, append(args, limit+1), limit, nil
	case ScopeClosed, ScopeAll:
		return casesAllList, append(args, f.Scope == ScopeClosed, limit+1), limit, nil
	}
	return "", nil, 0, refuse(schemas.CodeBadValue, "scope", "%q is not a scope; leave it out for open cases, or use closed or all.", string(f.Scope))
}

const noDue = "infinity" // the place of cases without a due: after all others

// cursorOf names the place after v in its list.
func cursorOf(v schemas.View, scope Scope) string {
	at := noDue
	switch {
	case scope != ScopeOpen:
		at = v.OpenedAt.UTC().Format(time.RFC3339Nano)
	case v.DueAt != nil:
		at = v.DueAt.UTC().Format(time.RFC3339Nano)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(at + " " + v.CaseID))
}

func readCursor(cursor string) (at, id string, err error) {
	if cursor == "" {
		return noDue, "", nil
	}
	bad := refuse(schemas.CodeBadValue, "after", "this is not a cursor of a list; start again without it.")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", "", bad
	}
	at, id, ok := strings.Cut(string(raw), " ")
	if _, err := time.Parse(time.RFC3339Nano, at); !ok || id == "" || strings.ContainsRune(id, 0) || err != nil && at != noDue {
		return "", "", bad
	}
	return at, id, nil
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
