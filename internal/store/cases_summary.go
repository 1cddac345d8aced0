package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

//go:embed queries/cases_summary.sql
var casesSummary string

// Counted is how many open cases stand alike.
type Counted struct {
	State   schemas.State `json:"state"`
	Turn    schemas.Turn  `json:"turn"`
	Owner   string        `json:"owner"`
	Asked   string        `json:"asked"` // whom the escalation or an open approval asks
	Cases   int           `json:"cases"`
	Overdue int           `json:"overdue"` // of them
}

// SummarizeCases counts the open cases of a merchant, or of all where none is named, as they stand at a moment.
func (s *Store) SummarizeCases(ctx context.Context, merchant string, at time.Time) ([]Counted, error) {
	rows, err := s.pool.Query(ctx, casesSummary, merchant, at)
	if err != nil {
		return nil, fmt.Errorf("sum up the open cases: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Counted])
	if err != nil {
		return nil, fmt.Errorf("sum up the open cases: %w", err)
	}
	return found, nil
}
