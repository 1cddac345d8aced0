package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed queries/survey_lock.sql
	surveyLock string
	//go:embed queries/survey_before.sql
	surveyBefore string
	//go:embed queries/survey_put.sql
	surveyPut string
)

// SurveyAsked books the one invitation that a customer gets within quietDays, over all cases of a merchant (ruling 10), and
// reports whether it is this case's. A case that has it keeps it: a repeated call answers true again.
func (s *Store) SurveyAsked(ctx context.Context, merchant, customer, caseID string, at time.Time, quietDays int) (asked bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, surveyLock, merchant, customer); err != nil {
			return err
		}
		var mine, other bool
		if err := tx.QueryRow(ctx, surveyBefore, merchant, customer, caseID, at, quietDays).Scan(&mine, &other); err != nil {
			return err
		}
		asked = mine || !other
		if mine || other {
			return nil
		}
		_, err := tx.Exec(ctx, surveyPut, merchant, caseID, customer, at)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("book survey of %s: %w", caseID, err)
	}
	return asked, nil
}
