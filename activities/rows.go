package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Rows writes what a case has recorded. It is the scribe's, and a local activity: one short transaction on our own database.
type Rows struct {
	store *store.Store
	// current says which run of a case's workflow is the one that goes on; nil where nobody can say.
	current func(ctx context.Context, caseID string) (runID string, err error)
}

// NewRows takes the database that rows are written to, and who knows the current run of a case.
func NewRows(s *store.Store, current func(ctx context.Context, caseID string) (runID string, err error)) *Rows {
	return &Rows{store: s, current: current}
}

// Write puts the events of one workflow task, and the row after it, into PostgreSQL. It is safe to run twice: the same task
// writes the same, and a task that Temporal did not accept is replaced by the one that it did.
//
// A workflow that was reset goes on in another run with a shorter history, so that by the fence it looks older than what it takes the
// place of. Then Temporal is asked which run goes on; that one's rows count.
func (r *Rows) Write(ctx context.Context, flush schemas.Flush) (schemas.Written, error) {
	written, err := r.store.WriteFlush(ctx, flush)
	if err == nil && written.Stale && r.current != nil && flush.OriginalRunID != "" && flush.OriginalRunID != flush.RunID {
		written, err = r.afterReset(ctx, flush)
	}
	if err != nil {
		return schemas.Written{}, oursFailed("write the rows of "+flush.CaseID, err)
	}
	return written, nil
}

func (r *Rows) afterReset(ctx context.Context, flush schemas.Flush) (schemas.Written, error) {
	current, err := r.current(ctx, flush.CaseID)
	if err != nil || current != flush.RunID {
		return schemas.Written{Stale: true}, err
	}
	if err := r.store.ResetRow(ctx, flush.CaseID, flush.RunID); err != nil {
		return schemas.Written{}, err
	}
	return r.store.WriteFlush(ctx, flush)
}
