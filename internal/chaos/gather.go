package chaos

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	enums "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/claims.sql
	claimsAll string
	//go:embed queries/facts.sql
	factsAll string
	//go:embed queries/delivered.sql
	deliveredAll string
	//go:embed queries/untold.sql
	untoldAll string
)

// auditor reads what everybody has written, by ways of its own: not through the links, and not through the product's client.
type auditor struct {
	temporal  client.Client
	namespace string
	store     *store.Store
	world     *sandbox.World
	database  *pgx.Conn
}

func openAuditor(ctx context.Context, address, namespace, databaseURL string) (a *auditor, err error) {
	a = &auditor{namespace: namespace}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if a.temporal, err = client.DialContext(ctx, client.Options{HostPort: address, Namespace: namespace, Logger: silent{}}); err != nil {
		return nil, fmt.Errorf("reach Temporal: %w", err)
	}
	if a.store, err = store.Open(ctx, databaseURL); err != nil {
		return nil, err
	}
	if a.world, err = sandbox.Open(ctx, databaseURL); err != nil {
		return nil, err
	}
	if a.database, err = pgx.Connect(ctx, databaseURL); err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return a, nil
}

func (a *auditor) close() {
	if a.temporal != nil {
		a.temporal.Close()
	}
	if a.store != nil {
		a.store.Close()
	}
	if a.world != nil {
		a.world.Close()
	}
	if a.database != nil {
		_ = a.database.Close(context.Background())
	}
}

// gather collects the evidence of a run.
func (a *auditor) gather(ctx context.Context, plan Plan, said Said) (*Evidence, error) {
	e := &Evidence{Plan: plan, Said: said, Lives: map[string]*Lived{}, Rows: map[string]schemas.View{}, Facts: map[string]FactRow{}, Arrived: map[string]bool{}}
	if err := a.rows(ctx, e); err != nil {
		return nil, err
	}
	if err := a.books(ctx, e); err != nil {
		return nil, err
	}
	return e, a.lives(ctx, e)
}

func (a *auditor) rows(ctx context.Context, e *Evidence) error {
	for after := ""; ; {
		page, next, err := a.store.ListCases(ctx, store.Filter{Everywhere: true, Scope: store.ScopeAll}, store.Page{After: after, Limit: 500})
		if err != nil {
			return err
		}
		for _, listed := range page {
			if e.Rows[listed.CaseID], err = a.store.CaseRow(ctx, listed.CaseID); err != nil {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}

func (a *auditor) books(ctx context.Context, e *Evidence) (err error) {
	theirs := a.world.Books()
	if e.Ledger, err = collect(a.store.LedgerEntries(ctx, "")); err != nil {
		return err
	}
	if e.Charges, err = collect(a.store.ChargeEntries(ctx, "")); err != nil {
		return err
	}
	if e.Refunds, err = collect(theirs.Refunds(ctx, "")); err != nil {
		return err
	}
	if e.Charged, err = collect(theirs.Charges(ctx, "")); err != nil {
		return err
	}
	if e.Shipped, err = collect(theirs.Shipped(ctx, "")); err != nil {
		return err
	}
	if e.Parcels, err = collect(theirs.Parcels(ctx, "")); err != nil {
		return err
	}
	if e.Compared, err = books.Compare(ctx, a.store, theirs, ""); err != nil {
		return err
	}
	if e.Claims, err = rowsOf(ctx, a.database, claimsAll, pgx.RowToStructByPos[Claim]); err != nil {
		return err
	}
	facts, err := rowsOf(ctx, a.database, factsAll, pgx.RowToStructByPos[FactRow])
	if err != nil {
		return err
	}
	for _, f := range facts {
		e.Facts[factID(f.Source, f.EventID)] = f
	}
	arrived, err := rowsOf(ctx, a.database, deliveredAll, pgx.RowToStructByPos[struct{ Carrier, Waybill string }])
	if err != nil {
		return err
	}
	for _, p := range arrived {
		e.Arrived[p.Waybill] = true
	}
	e.Untold, err = rowsOf(ctx, a.database, untoldAll, pgx.RowTo[string])
	return err
}

func collect[T any](all iter.Seq2[T, error]) (list []T, err error) {
	for one, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func rowsOf[T any](ctx context.Context, c *pgx.Conn, sql string, row pgx.RowToFunc[T]) ([]T, error) {
	rows, err := c.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	return pgx.CollectRows(rows, row)
}

// lives reads the history of every case that anybody names: a sender, a row, Temporal's own list, or another case.
func (a *auditor) lives(ctx context.Context, e *Evidence) error {
	names := map[string]bool{}
	for id := range e.Said.Opened {
		names[id] = true
	}
	for id, v := range e.Rows {
		names[id] = true
		if v.SuccessorID != "" {
			names[v.SuccessorID] = true
		}
	}
	for token := []byte(nil); ; {
		page, err := a.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: a.namespace, PageSize: 500, NextPageToken: token})
		if err != nil {
			return fmt.Errorf("list the workflows: %w", err)
		}
		for _, x := range page.GetExecutions() {
			if kind := x.GetType().GetName(); kind == schemas.WorkflowReturn || kind == schemas.WorkflowExchange {
				names[x.GetExecution().GetWorkflowId()] = true
			}
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			break
		}
	}
	for len(names) > 0 {
		found, err := a.readAll(ctx, slices.Sorted(maps.Keys(names)))
		if err != nil {
			return err
		}
		clear(names)
		for _, l := range found {
			e.Lives[l.CaseID] = l
			for _, next := range l.Next {
				names[next] = true
			}
		}
		maps.DeleteFunc(names, func(id string, _ bool) bool { return e.Lives[id] != nil })
		if len(found) == 0 {
			break
		}
	}
	return nil
}

// readers is how many histories are read and replayed at a time.
const readers = 4

func (a *auditor) readAll(ctx context.Context, ids []string) (found []*Lived, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	places := make(chan struct{}, readers)
	for _, id := range ids {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			l, failed := a.life(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			if failed != nil {
				err = errors.Join(err, failed)
			} else if l != nil {
				found = append(found, l)
			}
		})
	}
	all.Wait()
	return found, err
}

// life reads one case's life over all its runs; nil where Temporal does not know it.
func (a *auditor) life(ctx context.Context, caseID string) (*Lived, error) {
	described, err := a.temporal.DescribeWorkflowExecution(ctx, caseID, "")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("describe %s: %w", caseID, err)
	}
	l := newLived(caseID)
	runs, err := a.runs(ctx, caseID, described.GetWorkflowExecutionInfo().GetExecution().GetRunId())
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		l.read(r.events)
		l.replay(r.id, r.events)
	}
	return l, nil
}

// oneRun is the history of one run of a workflow.
type oneRun struct {
	id     string
	events []*historypb.HistoryEvent
}

// runs reads the histories of a case, the first run first.
func (a *auditor) runs(ctx context.Context, caseID, last string) (runs []oneRun, err error) {
	for id := last; id != ""; {
		r := oneRun{id: id}
		for history := a.temporal.GetWorkflowHistory(ctx, caseID, id, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); {
			event, err := history.Next()
			if err != nil {
				return nil, fmt.Errorf("read the history of %s: %w", caseID, err)
			}
			r.events = append(r.events, event)
		}
		runs = append(runs, r)
		id = r.events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
	}
	slices.Reverse(runs)
	return runs, nil
}

// save writes what is needed to look at cases when their stack is gone: the row and the histories of each.
func (a *auditor) save(ctx context.Context, dir string, e *Evidence, ids []string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep what was found: %w", err)
	}
	for _, id := range ids {
		name := filepath.Join(dir, strings.NewReplacer(":", "_", "/", "_").Replace(id))
		row, err := json.MarshalIndent(e.Rows[id], "", " ")
		if err == nil {
			err = os.WriteFile(name+".row.json", row, 0o600)
		}
		if err != nil {
			return fmt.Errorf("keep what was found: %w", err)
		}
		described, err := a.temporal.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			continue // a lost case has none
		}
		runs, err := a.runs(ctx, id, described.GetWorkflowExecutionInfo().GetExecution().GetRunId())
		if err != nil {
			return err
		}
		for i, r := range runs {
			raw, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&historypb.History{Events: r.events})
			if err == nil {
				err = os.WriteFile(fmt.Sprintf("%s.history-%d.json", name, i+1), raw, 0o600)
			}
			if err != nil {
				return fmt.Errorf("keep what was found: %w", err)
			}
		}
	}
	return nil
}
