package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Rows writes what a case has recorded. It is the scribe's, and a local activity: one short transaction on our own database.
type Rows struct{ store *store.Store }

// NewRows takes the database that rows are written to.
func NewRows(s *store.Store) *Rows { return &Rows{store: s} }

// Write puts the events of one workflow task, and the row after it, into PostgreSQL. It is safe to run twice: the same task
// writes the same, and a task that Temporal did not accept is replaced by the one that it did.
func (r *Rows) Write(ctx context.Context, flush schemas.Flush) (schemas.Written, error) {
	written, err := r.store.WriteFlush(ctx, flush)
	if err != nil {
		return schemas.Written{}, oursFailed("write the rows of "+flush.CaseID, err)
	}
	return written, nil
}
