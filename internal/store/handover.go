package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// How a case takes over what another one had: lines that go on as another kind, or a case that is reopened after its end.

var (
	//go:embed queries/claims_inherit.sql
	claimsInherit string
	//go:embed queries/refunds_inherit.sql
	refundsInherit string
	//go:embed queries/case_ended_locked.sql
	caseEndedLocked string
)

// reopens reports whether a case continues one that had ended.
func reopens(in schemas.IntakeOrder) bool {
	return in.Predecessor != nil && in.Predecessor.Why == schemas.WhyReopen
}

// reopen reads the case that had ended, judges whether it may be reopened now, and lays what it hands over into the order. The row
// decides, and not what the successor was started with: whoever reaches Temporal can start a workflow.
func reopen(ctx context.Context, tx pgx.Tx, in *schemas.IntakeOrder) (*schemas.Handover, *schemas.Refusal, error) {
	before := *in.Predecessor
	var row schemas.View
	err := tx.QueryRow(ctx, caseEndedLocked, before.CaseID, in.Request.MerchantID).Scan(&row)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, refuse(schemas.CodeUnknownCase, "predecessor.case_id", "there is no case %.160q to reopen.", before.CaseID), nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the case that is reopened: %w", err)
	}
	if row.SuccessorID == in.CaseID {
		row.SuccessorID = "" // it is this one
	}
	if row.OrderID != in.Request.OrderID || row.CustomerID != in.Request.CustomerID || row.Kind != in.Request.Kind {
		return nil, refuse(schemas.CodeBadValue, "predecessor.case_id", "case %s was another wish.", before.CaseID), nil
	}
	if refusal := row.MayReopen(in.At); refusal != nil {
		return nil, refusal, nil
	}
	over := row.HandOver(in.Request)
	if len(over.Lines) == 0 {
		return nil, refuse(schemas.CodeUnknownLine, "lines", "none of these lines ended in case %s.", before.CaseID), nil
	}
	before.Handover, before.FirstReceivedAt = &over, row.FirstReceived()
	in.Predecessor = &before
	return &over, nil, nil
}

// partsOf takes the lines of a request apart as the case before had them: each part with its quantity, and with its own replacement.
func partsOf(lines []schemas.Line, over *schemas.Handover) []schemas.Line {
	var all []schemas.Line
	for _, l := range lines {
		parts := over.Parts(l.LineID)
		if len(parts) == 0 {
			all = append(all, l)
			continue
		}
		for _, p := range parts {
			part := l
			if l.Replacement != nil {
				own := *l.Replacement
				part.Replacement = &own
			}
			if p.Quantity > 0 {
				part.Quantity = min(p.Quantity, l.Quantity)
			}
			part.Refunded.Minor, part.PaidBefore = p.Refunded.Minor, p.PaidBefore
			all = append(all, part)
		}
	}
	return all
}

// inheritUnits moves what the predecessor holds to its successor. With a handover each part of a line keeps the units it had.
func inheritUnits(ctx context.Context, tx pgx.Tx, in schemas.IntakeOrder, lines []schemas.Line) error {
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.LineID)
	}
	over := in.Predecessor.Handover
	var handed []byte
	if over != nil {
		units := []schemas.LineUnits{}
		for _, l := range over.Lines {
			units = append(units, schemas.LineUnits{LineID: l.LineID, Units: append([]int{}, l.Units...)})
		}
		var err error
		if handed, err = jsonb(units); err != nil {
			return err
		}
	}
	rows, err := tx.Query(ctx, claimsInherit, in.Request.MerchantID, in.Request.OrderID, in.Predecessor.CaseID, in.CaseID, ids, handed, reopens(in))
	if err != nil {
		return fmt.Errorf("inherit units: %w", err)
	}
	moved := map[string][]int{}
	var line string
	var unit int
	_, err = pgx.ForEachRow(rows, []any{&line, &unit}, func() error {
		moved[line] = append(moved[line], unit)
		return nil
	})
	if err != nil {
		return fmt.Errorf("inherit units: %w", err)
	}
	nth := map[string]int{}
	for i := range lines {
		l := &lines[i]
		mine := moved[l.LineID]
		if parts := over.Parts(l.LineID); len(parts) > 0 {
			own := parts[nth[l.LineID]].Units
			nth[l.LineID]++
			mine = slices.DeleteFunc(slices.Clone(mine), func(unit int) bool { return !slices.Contains(own, unit) })
		}
		slices.Sort(mine)
		if l.Units = mine; len(mine) > 0 {
			l.Quantity = min(l.Quantity, len(mine))
		}
	}
	if !reopens(in) || len(over.Refunds) == 0 {
		return nil
	}
	var refunds []string
	for _, f := range over.Refunds {
		refunds = append(refunds, f.RefundID)
	}
	if _, err := tx.Exec(ctx, refundsInherit, in.Request.MerchantID, in.Predecessor.CaseID, in.CaseID, refunds); err != nil {
		return fmt.Errorf("inherit refunds: %w", err)
	}
	return nil
}
