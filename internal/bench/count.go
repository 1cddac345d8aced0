package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/enums/v1"

	"github.com/aftercare/aftercare/schemas"
)

// costs is what Temporal keeps of a finished execution: these numbers do not depend on the machine.
type costs struct {
	transitions, events, bytes float64
	// What the target of the events allows the product above the control: one local activity a workflow task, and one upsert of
	// search attributes a change of state. What is beyond that is not allowed.
	allowed float64
}

// costsOf asks Temporal about a finished execution.
func (s *stage) costsOf(ctx context.Context, p played) (costs, error) {
	now, err := s.temporal.DescribeWorkflowExecution(ctx, p.id, p.run)
	if err != nil {
		return costs{}, fmt.Errorf("look at %s: %w", p.id, err)
	}
	info := now.GetWorkflowExecutionInfo()
	c := costs{bytes: float64(info.GetHistorySizeBytes()), transitions: float64(info.GetStateTransitionCount())}
	var tasks, markers, upserts float64
	all := s.temporal.GetWorkflowHistory(ctx, p.id, p.run, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for all.HasNext() {
		e, err := all.Next()
		if err != nil {
			return costs{}, fmt.Errorf("read the history of %s: %w", p.id, err)
		}
		c.events++
		switch e.GetEventType() {
		case enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			tasks++
		case enums.EVENT_TYPE_MARKER_RECORDED:
			markers++
		case enums.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
			upserts++
		}
	}
	c.allowed = min(markers, tasks) + min(upserts, changes(p.view))
	return c, nil
}

// changes counts the changes of state that a case's events tell of, its beginning among them.
func changes(v schemas.View) (n float64) {
	var before schemas.State
	for _, e := range v.Events {
		if e.State != before {
			n++
		}
		before = e.State
	}
	return n
}

// kept is what Aftercare's own tables hold. The sandboxes' books are the outside's.
type kept struct{ rows, bytes float64 }

func keptIn(ctx context.Context, db *pgxpool.Pool) (kept, error) {
	tables, err := db.Query(ctx, `
		select format('%I.%I', n.nspname, c.relname), pg_total_relation_size(c.oid)::float8
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'aftercare' and c.relkind = 'r'`)
	if err != nil {
		return kept{}, fmt.Errorf("list the tables: %w", err)
	}
	sizes := map[string]float64{}
	for tables.Next() {
		var name string
		var size float64
		if err := tables.Scan(&name, &size); err != nil {
			return kept{}, fmt.Errorf("list the tables: %w", err)
		}
		sizes[name] = size
	}
	if err := tables.Err(); err != nil {
		return kept{}, fmt.Errorf("list the tables: %w", err)
	}
	var k kept
	for name, size := range sizes {
		var rows float64
		if err := db.QueryRow(ctx, "select count(*)::float8 from "+name).Scan(&rows); err != nil { // the name is quoted by the database
			return kept{}, fmt.Errorf("count the rows of %s: %w", name, err)
		}
		k.rows += rows
		k.bytes += size
	}
	return k, nil
}
