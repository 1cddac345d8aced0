package store

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/refund_get.sql
	refundGet string
	//go:embed queries/refunds_of_case.sql
	refundsOfCase string
	//go:embed queries/refunds_list.sql
	refundsList string
)

// LedgerEntry is one refund with everything the ledger knows of it.
type LedgerEntry struct {
	MerchantID string         `json:"merchant_id"`
	CaseID     string         `json:"case_id"`
	OrderID    string         `json:"order_id"`
	CustomerID string         `json:"customer_id"`
	Refund     schemas.Refund `json:"refund"`
	ReservedAt time.Time      `json:"reserved_at"`
	AskedAt    *time.Time     `json:"asked_at"` // when the provider was first asked
	AnsweredAt *time.Time     `json:"answered_at"`
	Attempts   int            `json:"attempts"`
	Maker      schemas.Actor  `json:"maker"` // of a payment by hand
	Checker    schemas.Actor  `json:"checker"`

	orderedAgain bool // failed, and its case has ordered it once more
}

// Receipt is the entry in the form that cases and providers speak.
func (e LedgerEntry) Receipt() schemas.RefundReceipt {
	return schemas.RefundReceipt{RefundID: e.Refund.RefundID, Status: e.Refund.Status, Code: e.Refund.Code, Amount: e.Refund.Amount}
}

// Refund returns one entry by its number. Where there is none, the error is both ErrNotFound and a *schemas.Refusal.
func (s *Store) Refund(ctx context.Context, merchant, refundID string) (LedgerEntry, error) {
	e, err := readRefund(ctx, s.pool, merchant, refundID)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fmt.Errorf("%w: %w", ErrNotFound, unknownRefund(refundID))
	}
	return e, err
}

// RefundsOfCase returns the entries of a case in the order in which they were reserved.
func (s *Store) RefundsOfCase(ctx context.Context, caseID string) ([]LedgerEntry, error) {
	rows, err := s.pool.Query(ctx, refundsOfCase, merchantOf(caseID), caseID)
	if err != nil {
		return nil, fmt.Errorf("read refunds of %s: %w", caseID, err)
	}
	return pgx.CollectRows(rows, scanRefund)
}

// LedgerEntries goes through the ledger of one merchant, or with an empty merchant through all, ordered by merchant and
// number. It holds no connection between pages of 500, so what changes meanwhile may be seen or not.
func (s *Store) LedgerEntries(ctx context.Context, merchant string) iter.Seq2[LedgerEntry, error] {
	const size = 500
	return pages(func(last LedgerEntry) ([]LedgerEntry, error) {
		rows, err := s.pool.Query(ctx, refundsList, pgx.QueryExecModeCacheDescribe, merchant, last.MerchantID, last.Refund.RefundID, size)
		if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		return pgx.CollectRows(rows, scanRefund)
	}, size)
}

func readRefund(ctx context.Context, q querier, merchant, refundID string) (LedgerEntry, error) {
	rows, err := q.Query(ctx, refundGet, merchant, refundID)
	if err != nil {
		return LedgerEntry{}, fmt.Errorf("read refund %s: %w", refundID, err)
	}
	return pgx.CollectExactlyOneRow(rows, scanRefund)
}

func scanRefund(row pgx.CollectableRow) (LedgerEntry, error) {
	var e LedgerEntry
	r := &e.Refund
	err := row.Scan(&e.MerchantID, &r.RefundID, &e.CaseID, &e.OrderID, &e.CustomerID, &r.PaymentID, &r.Method, &r.Amount.Minor,
		&r.Amount.Currency, &r.Shares, &r.Replaces, &r.Status, &r.Code, &r.ProofID, &e.ReservedAt, &e.AskedAt, &e.AnsweredAt, &e.Attempts,
		&e.orderedAgain, &e.Maker.Role, &e.Maker.ID, &e.Checker.Role, &e.Checker.ID)
	r.ChangedAt = cmp.Or(e.AnsweredAt, e.AskedAt, &e.ReservedAt).UTC().Format(time.RFC3339)
	return e, err
}
