package store

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/cases_open_list.sql
	casesOpenList string
	//go:embed queries/cases_all_list.sql
	casesAllList string
	//go:embed queries/cases_count.sql
	casesCount string
	//go:embed queries/cases_parked.sql
	casesParked string
	//go:embed queries/cases_of_waybill.sql
	casesOfWaybill string
)

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
	Asked      string // whom the escalation or an open approval asks
	Person     string // whose case it is, or who is asked
	Level      int
	Priority   schemas.Priority
	Kind       schemas.Kind
	Outside    string // a dispute that is not decided, or a hold: its kind, or "any"
	DueBefore  time.Time
	// Lost asks for open cases whose workflow was ended from outside.
	Lost bool
	// OverdueAt asks for the cases whose due was over at this moment. A case that was fast-forwarded is judged by its own time.
	OverdueAt time.Time
	Stuck     bool         // with a parked step
	Cause     schemas.Code // with a step that is parked for this cause
	Step      string       // with a step of this name that is parked
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

// CountCases says how many cases a list is of, its pages together, counted up to most.
func (s *Store) CountCases(ctx context.Context, f Filter, most int) (int, error) {
	if (f.Merchant == "") != f.Everywhere {
		return 0, refuse(schemas.CodeMissingField, "merchant", "a list is of one merchant, or expressly of all.")
	}
	args, err := s.filterArgs(ctx, f)
	if err != nil {
		return 0, err
	}
	var open *bool
	if f.Scope != ScopeAll {
		is := f.Scope == ScopeOpen
		open = &is
	}
	var n int
	if err := s.pool.QueryRow(ctx, casesCount, append(args, open, most, f.Outside, f.Lost, f.stuck(), parkedLike(f.Cause, f.Step))...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
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
	if args, err = s.filterArgs(ctx, f); err != nil {
		return "", nil, 0, err
	}
	args = append(args, at, id)
	switch f.Scope {
	case ScopeOpen:
		return casesOpenList, append(args, limit+1, f.Outside, f.Lost, f.stuck(), parkedLike(f.Cause, f.Step)), limit, nil
	case ScopeClosed, ScopeAll:
		return casesAllList, append(args, f.Scope == ScopeClosed, limit+1, f.Outside, f.Lost, f.stuck(), parkedLike(f.Cause, f.Step)), limit, nil
	}
	return "", nil, 0, refuse(schemas.CodeBadValue, "scope", "%q is not a scope; leave it out for open cases, or use closed or all.", string(f.Scope))
}

// filterArgs are the values of a filter, in the order of cases_open_list.sql.
func (s *Store) filterArgs(ctx context.Context, f Filter) ([]any, error) {
	var ids []string
	if f.Waybill != "" {
		rows, err := s.pool.Query(ctx, casesOfWaybill, normalWaybill(f.Waybill), f.Merchant)
		if err != nil {
			return nil, fmt.Errorf("look for waybill: %w", err)
		}
		if ids, err = pgx.AppendRows([]string{}, rows, pgx.RowTo[string]); err != nil {
			return nil, fmt.Errorf("look for waybill: %w", err)
		}
	}
	return []any{
		pgx.QueryExecModeCacheDescribe, f.Merchant, f.Owner, string(f.State), string(f.Stage), string(f.Turn), f.Order, f.Customer, ids,
		f.Asked, f.Person, f.Level, string(f.Priority), string(f.Kind), orNull(f.DueBefore), orNull(f.OverdueAt),
	}, nil
}

// stuck says whether only cases with a parked step are meant.
func (f Filter) stuck() bool { return f.Stuck || f.Cause != "" || f.Step != "" }

// parkedLike is a parked step of a cause and a name, as PostgreSQL looks for it inside a row; null where neither is given.
func parkedLike(cause schemas.Code, step string) *string {
	wanted := map[string]string{}
	if cause != "" {
		wanted["cause"] = string(cause)
	}
	if step != "" {
		wanted["step"] = step
	}
	if len(wanted) == 0 {
		return nil
	}
	raw, _ := json.Marshal([]map[string]string{wanted}) // a map of strings always marshals
	text := string(raw)
	return &text
}

// ParkedCases lists the next open cases with a parked step, in the order of their ids: of one merchant, or of all where none is named.
func (s *Store) ParkedCases(ctx context.Context, merchant string, cause schemas.Code, step, after string, limit int) ([]schemas.ParkedCase, error) {
	rows, err := s.pool.Query(ctx, casesParked, pgx.QueryExecModeCacheDescribe, merchant, parkedLike(cause, step), after, limit)
	if err != nil {
		return nil, fmt.Errorf("list parked cases: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[schemas.ParkedCase])
	if err != nil {
		return nil, fmt.Errorf("list parked cases: %w", err)
	}
	return found, nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
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
