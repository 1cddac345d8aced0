package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/claims_release.sql
	claimsRelease string
	//go:embed queries/claims_settle.sql
	claimsSettle string
	//go:embed queries/case_order.sql
	caseOrder string
)

// ReleaseUnits frees units that a case holds. Units it does not hold, or no longer, and settled ones are left as they are,
// so a repeated call changes nothing.
func (s *Store) ReleaseUnits(ctx context.Context, in schemas.ReleaseOrder) error {
	merchant, _, _, ok := schemas.SplitCaseID(in.CaseID)
	if !ok {
		return refuse(schemas.CodeBadID, "case_id", "%.80q is not a case id.", in.CaseID)
	}
	units, err := jsonb(in.Units)
	if err != nil {
		return err
	}
	if _, err := s.pool.Exec(ctx, claimsRelease, merchant, in.CaseID, units); err != nil {
		return fmt.Errorf("release units of %s: %w", in.CaseID, err)
	}
	return nil
}

// SettleUnits marks units of a case as refunded or replaced for good, and keeps what the customer has for those that were replaced. A repeated
// call changes nothing.
func (s *Store) SettleUnits(ctx context.Context, caseID string, units []schemas.LineUnits, replaced []schemas.Replaced, at time.Time) error {
	merchant, _, _, ok := schemas.SplitCaseID(caseID)
	if !ok {
		return refuse(schemas.CodeBadID, "case_id", "%.80q is not a case id.", caseID)
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		var order string
		err := tx.QueryRow(ctx, caseOrder, caseID, merchant).Scan(&order)
		if errors.Is(err, pgx.ErrNoRows) {
			return refuse(schemas.CodeUnknownCase, "case_id", "there is no case %s.", caseID)
		}
		if err != nil {
			return fmt.Errorf("settle units of %s: %w", caseID, err)
		}
		if err := settleUnits(ctx, tx, merchant, order, caseID, units, at); err != nil || len(replaced) == 0 {
			return err
		}
		now, err := jsonb(replaced)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, replacementsPut, merchant, order, caseID, at, now); err != nil {
			return fmt.Errorf("keep what replaced units of %s: %w", caseID, err)
		}
		return bookNettings(ctx, tx, merchant, order, caseID, replaced, at)
	})
}

func settleUnits(ctx context.Context, tx pgx.Tx, merchant, order, caseID string, units []schemas.LineUnits, at time.Time) error {
	if len(units) == 0 {
		return nil
	}
	rows, err := jsonb(units)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, claimsSettle, merchant, order, caseID, at, rows)
	if violated(err) != "" {
		return refuse(schemas.CodeUnknownLine, "units", "the order has no such line or unit.")
	}
	if err != nil {
		return fmt.Errorf("settle units of %s: %w", caseID, err)
	}
	return nil
}
