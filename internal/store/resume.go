package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/case_adopted.sql
	caseAdopted string
	//go:embed queries/claims_retake.sql
	claimsRetake string
	//go:embed queries/money_inherit.sql
	moneyInherit string
	//go:embed queries/charges_inherit.sql
	chargesInherit string
	//go:embed queries/claims_settled_inherit.sql
	claimsSettledInherit string
	//go:embed queries/disputes_inherit.sql
	disputesInherit string
	//go:embed queries/dispute_shares_inherit.sql
	disputeSharesInherit string
	//go:embed queries/facts_missed.sql
	factsMissed string
)

// resume takes over what is recorded of a case whose workflow was ended from outside, in the transaction of its successor's intake: the
// lines as they stood, with the units that can be had again, its money under its old numbers, and the facts that nobody heard. The case
// itself ends with that, and from then on leads to the successor.
//
// One that was ended before it had been taken in has no plan. There is nothing to go on with then (ok is false), and the request is taken
// in from the start.
func resume(ctx context.Context, tx pgx.Tx, in AcceptInput) (result AcceptResult, ok bool, err error) {
	request, from := in.Order.Request, in.Order.Predecessor.CaseID
	var row schemas.View
	var runID string
	var closed bool
	err = tx.QueryRow(ctx, caseForChange, from, request.MerchantID).Scan(&row, &runID, &closed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		result.Refusal = refuse(schemas.CodeUnknownCase, "predecessor", "there is no case %.80q to go on with.", from)
		return result, true, nil
	case err != nil:
		return result, false, fmt.Errorf("read the case %s: %w", from, err)
	case closed && row.SuccessorID != "":
		result.Refusal = refuse(schemas.CodeCaseClosed, "predecessor", "case %s goes on as %s already.", from, row.SuccessorID)
		return result, true, nil
	case closed || row.Lost == nil:
		result.Refusal = refuse(schemas.CodeWrongState, "predecessor", "case %s was not ended from outside; there is nothing to take on.", from)
		return result, true, nil
	}
	if err := endAdopted(ctx, tx, row, in.Order); err != nil || row.PolicyVersion == "" {
		return result, false, err
	}
	result.Owner, result.Resumed = row.Owner, &schemas.Resumed{Row: row, Lost: *row.Lost}
	if result.Lines, err = retakeUnits(ctx, tx, row, from, in.Order.CaseID, in.Order.At); err != nil {
		return result, false, err
	}
	result.Resumed.Row.Lines, result.Resumed.Row.Allowed = nil, nil
	if err := inheritMoney(ctx, tx, from, in.Order.CaseID, result.Resumed); err != nil {
		return result, false, err
	}
	if result.Resumed.Facts, err = missedFacts(ctx, tx, from); err != nil {
		return result, false, err
	}
	if result.Payments, err = payments(ctx, tx, schemas.ShopOrder{MerchantID: request.MerchantID, OrderID: request.OrderID, Currency: currencyOf(row, in)}); err != nil {
		return result, false, err
	}
	result.Method, result.Fallback, err = settleWith(ctx, tx, request, in.ShopOrder)
	return result, true, err
}

func currencyOf(row schemas.View, in AcceptInput) string {
	if c := row.Money.Refunded.Currency; c != "" {
		return c
	}
	return in.ShopOrder.Currency
}

// retakeUnits gives the open lines of a case their units again, for the case itself or its successor. What another case has taken
// meanwhile is missing then: the line says so, and who has it.
func retakeUnits(ctx context.Context, tx pgx.Tx, row schemas.View, from, to string, at time.Time) ([]schemas.Line, error) {
	lines := slices.Clone(row.Lines)
	var wanted []schemas.LineUnits
	for _, l := range lines {
		if l.Outcome == schemas.OutcomeNone && len(l.Units) > 0 {
			wanted = append(wanted, schemas.LineUnits{LineID: l.LineID, Units: l.Units})
		}
	}
	if len(wanted) == 0 {
		return lines, nil
	}
	units, err := jsonb(wanted)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, claimsRetake, merchantOf(row.CaseID), row.OrderID, to, from, at, units)
	if err != nil {
		return nil, fmt.Errorf("take units again: %w", err)
	}
	got := map[string]map[int]bool{}
	var line string
	var unit int
	_, err = pgx.ForEachRow(rows, []any{&line, &unit}, func() error {
		if got[line] == nil {
			got[line] = map[int]bool{}
		}
		got[line][unit] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take units again: %w", err)
	}
	taken, err := claimsOf(ctx, tx, merchantOf(row.CaseID), row.OrderID)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		if l.Outcome != schemas.OutcomeNone || len(l.Units) == 0 {
			continue
		}
		var had []int
		for _, u := range l.Units {
			if got[l.LineID][u] {
				had = append(had, u)
				continue
			}
			l.Code, l.Holder = schemas.CodeHeldElsewhere, taken[l.LineID][u].caseID
			if taken[l.LineID][u].settled {
				l.Code = schemas.CodeAlreadySettled
			}
		}
		if l.Units = had; len(had) > 0 {
			l.Quantity = len(had)
		}
	}
	return lines, nil
}

// inheritMoney lets the successor have the refunds and charges of a case under their own numbers, and the units that they have settled: what
// is under way with a provider is under way once, and what has moved is not paid again.
func inheritMoney(ctx context.Context, tx pgx.Tx, from, to string, resumed *schemas.Resumed) error {
	merchant := merchantOf(from)
	for _, sql := range []string{moneyInherit, chargesInherit, claimsSettledInherit, disputesInherit, disputeSharesInherit} {
		if _, err := tx.Exec(ctx, sql, merchant, from, to); err != nil {
			return fmt.Errorf("take its money over: %w", err)
		}
	}
	rows, err := tx.Query(ctx, refundsOfCase, merchant, to)
	if err != nil {
		return fmt.Errorf("read its refunds: %w", err)
	}
	refunds, err := pgx.CollectRows(rows, scanRefund)
	if err != nil {
		return fmt.Errorf("read its refunds: %w", err)
	}
	for _, e := range refunds {
		resumed.Refunds = append(resumed.Refunds, e.Refund)
	}
	if rows, err = tx.Query(ctx, chargesOfCase, merchant, to); err != nil {
		return fmt.Errorf("read its charges: %w", err)
	}
	charges, err := pgx.CollectRows(rows, scanCharge)
	if err != nil {
		return fmt.Errorf("read its charges: %w", err)
	}
	for _, e := range charges {
		resumed.Charges = append(resumed.Charges, e.Charge)
	}
	return nil
}

func missedFacts(ctx context.Context, tx pgx.Tx, caseID string) ([]schemas.MissedFact, error) {
	rows, err := tx.Query(ctx, factsMissed, merchantOf(caseID), caseID)
	if err != nil {
		return nil, fmt.Errorf("read the facts that nobody heard: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (schemas.MissedFact, error) {
		var f schemas.MissedFact
		r := &f.Report
		err := row.Scan(&f.Name, &r.Source, &r.EventID, &r.OccurredAt, &r.ReceivedAt, &r.Door, &r.Body)
		return f, err
	})
}

// endAdopted ends the case that is gone on with.
func endAdopted(ctx context.Context, tx pgx.Tx, row schemas.View, order schemas.IntakeOrder) error {
	at := order.At
	row.Stage, row.State, row.Outcome, row.Turn = schemas.StageClosed, schemas.Closed, schemas.Adopted, schemas.TurnNobody
	row.ClosedAt, row.SuccessorID, row.DueAt, row.DueFor, row.Asked = &at, order.CaseID, nil, "", ""
	row.Clocks, row.Work, row.Allowed = []schemas.Clock{}, []schemas.Work{}, []schemas.Permit{}
	row.Waiting = fmt.Sprintf("Ended as %s; case %s goes on with it.", schemas.Adopted, order.CaseID)
	data := map[string]string{"successor_id": order.CaseID}
	if by := order.Predecessor.By; by != nil {
		data["by"] = by.String()
	}
	if err := record(ctx, tx, &row, schemas.EventClosed, at, fmt.Sprintf("Case %s goes on with it.", order.CaseID), data); err != nil {
		return err
	}
	body, err := rowOf(row)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, caseAdopted, row.CaseID, body); err != nil {
		return fmt.Errorf("end the case %s: %w", row.CaseID, err)
	}
	return nil
}
