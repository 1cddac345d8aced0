package store

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/charge_get.sql
	chargeGet string
	//go:embed queries/charges_of_case.sql
	chargesOfCase string
	//go:embed queries/charges_list.sql
	chargesList string
)

// ChargeEntry is one charge or deposit with everything the ledger knows of it.
type ChargeEntry struct {
	MerchantID string         `json:"merchant_id"`
	CaseID     string         `json:"case_id"`
	OrderID    string         `json:"order_id"`
	CustomerID string         `json:"customer_id"`
	Charge     schemas.Charge `json:"charge"`
	Until      *time.Time     `json:"until"` // of a deposit
	WrittenAt  time.Time      `json:"written_at"`
	AskedAt    *time.Time     `json:"asked_at"` // when the provider was first asked
	AnsweredAt *time.Time     `json:"answered_at"`
	Attempts   int            `json:"attempts"`
}

// Receipt is the entry in the form that cases and providers speak.
func (e ChargeEntry) Receipt() schemas.ChargeReceipt {
	return schemas.ChargeReceipt{ChargeID: e.Charge.ChargeID, Status: e.Charge.Status, Code: e.Charge.Code, Amount: e.Charge.Amount}
}

// Charge returns one entry by its number. Where there is none, the error is both ErrNotFound and a *schemas.Refusal.
func (s *Store) Charge(ctx context.Context, merchant, chargeID string) (ChargeEntry, error) {
	e, err := readCharge(ctx, s.pool, merchant, chargeID)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fmt.Errorf("%w: %w", ErrNotFound, unknownCharge(chargeID))
	}
	return e, err
}

// ChargesOfCase returns the entries of a case in the order in which they were written.
func (s *Store) ChargesOfCase(ctx context.Context, caseID string) ([]ChargeEntry, error) {
	rows, err := s.pool.Query(ctx, chargesOfCase, merchantOf(caseID), caseID)
	if err != nil {
		return nil, fmt.Errorf("read charges of %s: %w", caseID, err)
	}
	return pgx.CollectRows(rows, scanCharge)
}

// ChargeEntries goes through the charges of one merchant, or with an empty merchant through all, as LedgerEntries does.
func (s *Store) ChargeEntries(ctx context.Context, merchant string) iter.Seq2[ChargeEntry, error] {
	const size = 500
	return pages(func(last ChargeEntry) ([]ChargeEntry, error) {
		rows, err := s.pool.Query(ctx, chargesList, pgx.QueryExecModeCacheDescribe, merchant, last.MerchantID, last.Charge.ChargeID, size)
		if err != nil {
			return nil, fmt.Errorf("read charges: %w", err)
		}
		return pgx.CollectRows(rows, scanCharge)
	}, size)
}

func readCharge(ctx context.Context, q querier, merchant, chargeID string) (ChargeEntry, error) {
	rows, err := q.Query(ctx, chargeGet, merchant, chargeID)
	if err != nil {
		return ChargeEntry{}, fmt.Errorf("read charge %s: %w", chargeID, err)
	}
	return pgx.CollectExactlyOneRow(rows, scanCharge)
}

func scanCharge(row pgx.CollectableRow) (ChargeEntry, error) {
	var e ChargeEntry
	c := &e.Charge
	err := row.Scan(&e.MerchantID, &c.ChargeID, &e.CaseID, &e.OrderID, &e.CustomerID, &c.Kind, &c.Method, &c.Amount.Minor, &c.Amount.Currency,
		&c.Lines, &e.Until, &c.Status, &c.Code, &e.WrittenAt, &e.AskedAt, &e.Attempts, &e.AnsweredAt)
	c.ChangedAt = cmp.Or(e.AnsweredAt, e.AskedAt, &e.WrittenAt).UTC().Format(time.RFC3339)
	return e, err
}

func unknownCharge(id string) *schemas.Refusal {
	return refuse(schemas.CodeUnknownCharge, "charge_id", "there is no charge or deposit %.80q.", id)
}

// chargeSteps are the legal changes of a charge or deposit, as refundSteps are of a refund. Which of them fit a charge and which
// a deposit is the table's own constraint.
var chargeSteps = map[schemas.ChargeStatus][]schemas.ChargeStatus{
	schemas.ChargeRequested: {
		schemas.ChargeAccepted, schemas.ChargeSucceeded, schemas.ChargeFailed, schemas.ChargeLapsed, schemas.ChargeUnknown,
		schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured,
	},
	schemas.ChargeAccepted: {schemas.ChargeSucceeded, schemas.ChargeFailed, schemas.ChargeLapsed},
	schemas.ChargeUnknown: {
		schemas.ChargeRequested, schemas.ChargeAccepted, schemas.ChargeSucceeded, schemas.ChargeFailed, schemas.ChargeLapsed,
		schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured,
	},
	// Tried again under the same number, or given up. Should the provider say after all that it has the money, that counts.
	schemas.ChargeFailed: {
		schemas.ChargeRequested, schemas.ChargeAccepted, schemas.ChargeSucceeded, schemas.ChargeLapsed,
		schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured,
	},
	schemas.ChargeSucceeded: {}, // what goes back of it is a refund
	// Money that was paid for a charge given up is the customer's all the same, and must not be overlooked.
	schemas.ChargeLapsed: {schemas.ChargeSucceeded},
	schemas.ChargeHeld:   {schemas.ChargeReleased, schemas.ChargeCaptured},
	// Given back or taken, never both.
	schemas.ChargeReleased: {},
	schemas.ChargeCaptured: {},
}

func chargeMayBecome(from, to schemas.ChargeStatus) bool {
	return slices.Contains(chargeSteps[from], to)
}

// paid reports whether the merchant has the customer's money.
func paid(s schemas.ChargeStatus) bool {
	return s == schemas.ChargeSucceeded || s == schemas.ChargeCaptured
}
