package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/case_for_change.sql
	caseForChange string
	//go:embed queries/case_lost.sql
	caseLost string
	//go:embed queries/case_lost_settled.sql
	caseLostSettled string
	//go:embed queries/case_event_put.sql
	caseEventPut string
	//go:embed queries/case_told.sql
	caseTold string
	//go:embed queries/case_reset.sql
	caseReset string
	//go:embed queries/case_began.sql
	caseBegan string
	//go:embed queries/cases_lost_open.sql
	casesLostOpen string
	//go:embed queries/claims_free.sql
	claimsFree string
	//go:embed queries/cases_unrecorded.sql
	casesUnrecorded string
)

// MarkLost writes down that the workflow of an open case was ended from outside: its row says so, an event tells of it, and the units
// that it held are free again, but for those of lines of which money or a replacement has gone out or may have. It returns the row.
//
// marked is false where there is nothing to mark: the case has ended, is marked already, or has been written by another run since it was
// looked at. at is business time.
func (s *Store) MarkLost(ctx context.Context, caseID string, lost schemas.Lost, at time.Time) (row schemas.View, marked bool, err error) {
	err = s.changeCase(ctx, caseID, func(tx pgx.Tx, v schemas.View, runID string, closed bool) error {
		row = v
		if closed || v.Lost != nil || runID != "" && lost.RunID != "" && runID != lost.RunID {
			return nil
		}
		marked = true
		lost.Reason, lost.By = short(lost.Reason), short(lost.By)
		row.Lost, row.Waiting, row.Allowed, row.Work = &lost, lostWords(caseID, lost), []schemas.Permit{}, v.Work
		message := fmt.Sprintf("The workflow of the case was ended from outside: %s at %s.", lost.How, lost.At.UTC().Format(time.RFC3339))
		if lost.Reason != "" {
			message += " The reason given: " + lost.Reason
		}
		data := map[string]string{"how": string(lost.How), "at": lost.At.UTC().Format(time.RFC3339)}
		if err := record(ctx, tx, &row, schemas.EventLost, at, message, data); err != nil {
			return err
		}
		body, err := rowOf(row)
		if err != nil {
			return err
		}
		dead := runID
		if dead == "" {
			dead = lost.RunID
		}
		if _, err := tx.Exec(ctx, caseLost, caseID, body, dead); err != nil {
			return err
		}
		return freeUnits(ctx, tx, row)
	})
	if err != nil {
		return schemas.View{}, false, fmt.Errorf("mark %s as ended from outside: %w", caseID, err)
	}
	return row, marked, nil
}

// Unrecorded picks those of the given cases that have no row.
func (s *Store) Unrecorded(ctx context.Context, caseIDs []string) ([]string, error) {
	rows, err := s.pool.Query(ctx, casesUnrecorded, caseIDs)
	if err != nil {
		return nil, fmt.Errorf("look for cases without a row: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// short keeps what people wrote into Temporal to a length that a row can carry.
func short(s string) string {
	const most = 500
	s = printable(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}

func lostWords(caseID string, lost schemas.Lost) string {
	return fmt.Sprintf("Waits for somebody to take it on: its workflow was ended from outside (%s at %s). `starter adopt %s --as ROLE:ID` goes on with it.",
		lost.How, lost.At.UTC().Format(time.RFC3339), caseID)
}

// record adds an event of the system's own to the archive of a case that no workflow serves, and counts its revision up.
func record(ctx context.Context, tx pgx.Tx, row *schemas.View, name string, at time.Time, message string, data map[string]string) error {
	row.Revision++
	event, err := jsonb(schemas.Event{
		Revision: row.Revision, At: at, Name: name, Actor: schemas.System, Door: schemas.DoorSystem, State: row.State, Message: message, Data: data,
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, caseEventPut, row.CaseID, merchantOf(row.CaseID), event); err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	_, err = tx.Exec(ctx, caseTold, row.CaseID, row.Revision)
	return err
}

// freeUnits gives back what a lost case holds.
func freeUnits(ctx context.Context, tx pgx.Tx, v schemas.View) error {
	kept := []string{}
	for _, l := range v.Lines {
		if r := l.Replacement; r != nil && (r.ShipmentID != "" || r.ConfirmedAt != nil) {
			kept = append(kept, l.LineID)
		}
	}
	if _, err := tx.Exec(ctx, claimsFree, merchantOf(v.CaseID), v.CaseID, kept); err != nil {
		return fmt.Errorf("free its units: %w", err)
	}
	return nil
}

// LostCases lists the cases that were ended from outside and of which something is under way still, the longest known first: one, or all.
func (s *Store) LostCases(ctx context.Context, caseID string, limit int) ([]schemas.View, error) {
	rows, err := s.pool.Query(ctx, casesLostOpen, caseID, limit)
	if err != nil {
		return nil, fmt.Errorf("list cases that were ended from outside: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[schemas.View])
}

// lostGrace is how long a lost case's money is waited for before what the provider does not have is given up: an attempt of the case's
// last moments has been cut off by then.
const lostGrace = time.Minute

// SettleLost gives back the reservations of refunds that will not be paid: those that nobody was asked for, that failed or came back, and,
// of notTaken, those that the provider says it never took. It returns the numbers of refunds and charges whose end nobody knows yet; where
// there are none and nothing else is under way, the case is settled and the next sweep leaves it alone.
//
// It may be repeated. A case that runs again, or that another one continues, is left as it is: its money is that one's.
func (s *Store) SettleLost(ctx context.Context, caseID string, words schemas.LostWords) (schemas.LostSettled, error) {
	result := schemas.LostSettled{CaseID: caseID}
	err := s.changeCase(ctx, caseID, func(tx pgx.Tx, v schemas.View, _ string, closed bool) error {
		if closed || v.Lost == nil {
			result.Settled = true
			return nil
		}
		over, err := graceOver(ctx, tx, v.Lost.FoundAt)
		if err != nil {
			return err
		}
		if result.Open, err = giveUpRefunds(ctx, tx, v, words, over); err != nil {
			return err
		}
		charges, err := openChargesOf(ctx, tx, v)
		if err != nil {
			return err
		}
		result.Open = append(result.Open, charges...)
		if err := freeUnits(ctx, tx, v); err != nil {
			return err
		}
		if result.Settled = len(result.Open) == 0 && !words.Unsettled; !result.Settled {
			return nil
		}
		_, err = tx.Exec(ctx, caseLostSettled, caseID)
		return err
	})
	if err != nil {
		return schemas.LostSettled{}, fmt.Errorf("settle what is under way of %s: %w", caseID, err)
	}
	return result, nil
}

// graceOver asks the clock of the database, which is one for all workers.
func graceOver(ctx context.Context, tx pgx.Tx, found time.Time) (over bool, err error) {
	err = tx.QueryRow(ctx, `SELECT clock_timestamp() > $1::timestamptz`, found.Add(lostGrace)).Scan(&over)
	return over, err
}

func giveUpRefunds(ctx context.Context, tx pgx.Tx, v schemas.View, words schemas.LostWords, over bool) (open []string, err error) {
	rows, err := tx.Query(ctx, refundsOfCase, merchantOf(v.CaseID), v.CaseID)
	if err != nil {
		return nil, fmt.Errorf("read its refunds: %w", err)
	}
	entries, err := pgx.CollectRows(rows, scanRefund)
	if err != nil {
		return nil, fmt.Errorf("read its refunds: %w", err)
	}
	for _, e := range entries {
		id, status := e.Refund.RefundID, e.Refund.Status
		switch {
		case moved(status), status == schemas.RefundCancelled:
			continue
		case e.AskedAt == nil, over && (status == schemas.RefundFailedWord || status == schemas.RefundReversed),
			over && slices.Contains(words.NotTaken, id) && legal(status, schemas.RefundCancelled):
			if err := moveReservation(ctx, tx, e, schemas.RefundCancelled); err != nil {
				return nil, err
			}
			if _, err := tx.Exec(ctx, refundRecord, e.MerchantID, id, schemas.RefundCancelled, e.Refund.Code, words.At); err != nil {
				return nil, fmt.Errorf("give up refund %s: %w", id, err)
			}
		default:
			open = append(open, id)
		}
	}
	return open, nil
}

func openChargesOf(ctx context.Context, tx pgx.Tx, v schemas.View) (open []string, err error) {
	rows, err := tx.Query(ctx, chargesOfCase, merchantOf(v.CaseID), v.CaseID)
	if err != nil {
		return nil, fmt.Errorf("read its charges: %w", err)
	}
	entries, err := pgx.CollectRows(rows, scanCharge)
	if err != nil {
		return nil, fmt.Errorf("read its charges: %w", err)
	}
	for _, e := range entries {
		if e.Charge.Open() {
			open = append(open, e.Charge.ChargeID)
		}
	}
	return open, nil
}

// Revive lets the row of a case follow its workflow again, which runs on from an earlier point after it was reset: what the row has beyond
// that never happened. Units that were given back meanwhile are taken again where they are free. It writes nothing for a case that another
// one continues.
func (s *Store) Revive(ctx context.Context, v schemas.View, runID string) (wrote bool, err error) {
	if err := s.ResetRow(ctx, v.CaseID, runID); err != nil {
		return false, err
	}
	var began time.Time
	err = s.pool.QueryRow(ctx, caseBegan, v.CaseID, runID).Scan(&began)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil // continued by another case
	}
	if err != nil {
		return false, wrapped(err, "revive %s", v.CaseID)
	}
	events := v.Events
	base := v.Revision - int64(len(events))
	v.Events = nil
	written, err := s.WriteFlush(ctx, schemas.Flush{CaseID: v.CaseID, RunID: runID, RunStartedAt: began, Base: base, Events: events, Row: v})
	if err != nil || written.Stale || v.ClosedAt != nil {
		return !written.Stale, wrapped(err, "revive %s", v.CaseID)
	}
	err = s.changeCase(ctx, v.CaseID, func(tx pgx.Tx, row schemas.View, _ string, _ bool) error {
		_, err := retakeUnits(ctx, tx, row, v.CaseID, v.CaseID, v.Now)
		return err
	})
	return true, wrapped(err, "take the units of %s again", v.CaseID)
}

// ResetRow lets another run of a case's workflow write its row: the workflow was reset.
func (s *Store) ResetRow(ctx context.Context, caseID, runID string) error {
	_, err := s.pool.Exec(ctx, caseReset, caseID, runID)
	return wrapped(err, "let run %s write %s", runID, caseID)
}

func wrapped(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// changeCase runs do on the row of a case while nobody else changes anything of its order. The row has no events.
func (s *Store) changeCase(ctx context.Context, caseID string, do func(tx pgx.Tx, v schemas.View, runID string, closed bool) error) error {
	merchant := merchantOf(caseID)
	return s.inTx(ctx, func(tx pgx.Tx) error {
		var order string
		err := tx.QueryRow(ctx, caseOrder, caseID, merchant).Scan(&order)
		if errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("case %s: %w", caseID, ErrNotFound)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, orderLock, merchant, order); err != nil {
			return err
		}
		var v schemas.View
		var runID string
		var closed bool
		if err := tx.QueryRow(ctx, caseForChange, caseID, merchant).Scan(&v, &runID, &closed); err != nil {
			return err
		}
		return do(tx, v, runID, closed)
	})
}
