package store

import (
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
	//go:embed queries/dispute_get.sql
	disputeGet string
	//go:embed queries/dispute_put.sql
	disputePut string
	//go:embed queries/dispute_payment.sql
	disputePayment string
	//go:embed queries/dispute_pay_out.sql
	disputePayOut string
	//go:embed queries/dispute_shares_get.sql
	disputeSharesGet string
	//go:embed queries/dispute_share_put.sql
	disputeSharePut string
	//go:embed queries/disputes_undecided.sql
	disputesUndecided string
	//go:embed queries/disputes_list.sql
	disputesList string
)

// DisputeEntry is a dispute as the ledger has it.
type DisputeEntry struct {
	MerchantID string          `json:"merchant_id"`
	OrderID    string          `json:"order_id"`
	CaseID     string          `json:"case_id"` // the case that answers it; empty where none was open
	Dispute    schemas.Dispute `json:"dispute"`

	attended bool // that case is open
}

// Unattended reports whether no open case answers an undecided dispute.
func (e DisputeEntry) Unattended() bool { return !e.attended && !e.Dispute.Status.Over() }

// BookDispute writes down how a dispute stands, and keeps its money: of the payment what is left of it, at most the disputed
// amount, and of the lines what the case owes for them. Refunds in GiveUp are cancelled first, in the same transaction, so that at no
// moment the money could leave both ways. A dispute that ended for the merchant, or without a decision, gives its money back.
//
// It may be repeated. A word older than what is known changes nothing; the receipt says what is known.
func (s *Store) BookDispute(ctx context.Context, in schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
	var receipt schemas.DisputeReceipt
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		receipt, err = bookDispute(ctx, tx, in)
		return err
	})
	if err != nil {
		return schemas.DisputeReceipt{}, fmt.Errorf("book dispute %s: %w", in.Dispute.DisputeID, err)
	}
	return receipt, nil
}

func bookDispute(ctx context.Context, tx pgx.Tx, in schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
	none := schemas.DisputeReceipt{}
	if _, err := tx.Exec(ctx, orderLock, in.MerchantID, in.OrderID); err != nil {
		return none, fmt.Errorf("lock order: %w", err)
	}
	var currency string
	err := tx.QueryRow(ctx, orderCurrency, in.MerchantID, in.OrderID).Scan(&currency)
	switch d := in.Dispute; {
	case errors.Is(err, pgx.ErrNoRows):
		return none, UnknownOrder()
	case err != nil:
		return none, fmt.Errorf("read order: %w", err)
	case d.Amount.Minor > 0 && d.Amount.Currency != currency:
		return none, refuse(schemas.CodeOtherCurrency, "amount.currency", "the order was paid in %s and this is in %.10q.", currency, d.Amount.Currency)
	case d.Amount.Minor < 0 || d.Amount.Minor > maxMinor:
		return none, refuse(schemas.CodeBadAmount, "amount.minor", "%d is not an amount.", d.Amount.Minor)
	}
	known, err := readDispute(ctx, tx, in.MerchantID, in.Dispute.DisputeID)
	if errors.Is(err, pgx.ErrNoRows) {
		known = DisputeEntry{MerchantID: in.MerchantID, OrderID: in.OrderID, Dispute: schemas.Dispute{Taken: schemas.Money{Currency: currency}}}
	} else if err != nil {
		return none, err
	}
	if known.OrderID != in.OrderID || known.Dispute.Kind != "" && known.Dispute.Kind != in.Dispute.Kind {
		return none, refuse(schemas.CodeBadValue, "dispute_id", "this number stands for another dispute (%s, order %s).", string(known.Dispute.Kind), known.OrderID)
	}
	if in.Entered && known.Dispute.Status.Over() && known.Dispute.Kind != "" {
		return none, hasEnded(known)
	}
	receipt := schemas.DisputeReceipt{DisputeID: in.Dispute.DisputeID}
	next := merged(known, in, currency)
	takes := next.Status.Takes() || in.Takes && !next.Status.Over() || known.Dispute.Taken.Minor > 0 && !next.Status.Over()
	if in.Dispute.Kind != schemas.Chargeback && next.Status == schemas.DisputeLost {
		takes = in.Takes || known.Dispute.Taken.Minor > 0
	}
	if next.Status == in.Dispute.Status {
		if receipt.GivenUp, err = giveUpFor(ctx, tx, in); err != nil {
			return none, err
		}
	}
	if err := keep(ctx, tx, in, known, &next, takes); err != nil {
		return none, err
	}
	left, err := leftOf(ctx, tx, in.MerchantID, in.OrderID, currency)
	if err != nil {
		return none, err
	}
	receipt.Status, receipt.Taken, receipt.Over, receipt.Shares, receipt.Left = next.Status, next.Taken, next.Over, next.Shares, &left
	return receipt, nil
}

// hasEnded refuses to begin a dispute again that has ended: only whoever decides it says that it goes on.
func hasEnded(e DisputeEntry) *schemas.Refusal {
	in := "no case"
	if e.CaseID != "" {
		in = "case " + e.CaseID
	}
	return refuse(schemas.CodeAlreadyDone, "dispute_id", "%s is known, in %s, and has ended: %s. If it goes on, report that with the fact external.updated and its new due_at.",
		e.Dispute.DisputeID, in, string(e.Dispute.Status))
}

// merged is what is known of a dispute once a word has been heard: the newest word decides how it stands, and any may tell what was
// not known.
func merged(known DisputeEntry, in schemas.DisputeOrder, currency string) schemas.Dispute {
	was, d := known.Dispute, in.Dispute
	next := was
	next.DisputeID, next.Kind = d.DisputeID, d.Kind
	newer := was.Status == "" || d.Heard.After(was.Heard) || d.Heard.Equal(was.Heard) && (d.Status.Over() || !was.Status.Over() && d.Status != schemas.DisputeOpen)
	if was.Status == schemas.DisputeAccepted && d.Status == schemas.DisputeLost {
		newer = false // the same, said once more
	}
	if newer {
		next.Status, next.Heard, next.DueAt, next.DecidedAt = d.Status, d.Heard, d.DueAt, nil
		if d.Status.Over() {
			next.DecidedAt = d.DecidedAt
			if next.DecidedAt == nil {
				next.DecidedAt = &in.At
			}
		}
	}
	if was.OpenedAt.IsZero() || !d.OpenedAt.IsZero() && d.OpenedAt.Before(was.OpenedAt) {
		next.OpenedAt = d.OpenedAt
	}
	if next.OpenedAt.IsZero() {
		next.OpenedAt = next.Heard
	}
	if d.Amount.Minor > 0 && (newer || was.Amount.Minor == 0) {
		next.Amount = d.Amount
	}
	if next.Amount.Currency == "" {
		next.Amount = schemas.Money{Currency: currency}
	}
	if d.PaymentID != "" && was.Taken.Minor == 0 {
		next.PaymentID = d.PaymentID
	}
	if d.Reason != "" {
		next.Reason = d.Reason
	}
	next.RefundID = d.RefundID
	return next
}

// keep moves the money: what the payment and the lines keep for the dispute from now on.
func keep(ctx context.Context, tx pgx.Tx, in schemas.DisputeOrder, known DisputeEntry, next *schemas.Dispute, takes bool) error {
	payment, room, charged, err := paymentOf(ctx, tx, in, *next)
	if err != nil {
		return err
	}
	had := known.Dispute.Taken.Minor
	var taken int64
	if takes && payment != "" {
		taken = min(next.Amount.Minor, room+had)
	}
	next.PaymentID = payment
	next.Taken = schemas.Money{Minor: taken, Currency: next.Amount.Currency}
	next.Over = schemas.Money{Currency: next.Amount.Currency}
	if takes {
		next.Over.Minor = next.Amount.Minor - taken
	}
	caseID := known.CaseID
	if in.CaseID != "" {
		caseID = in.CaseID
	}
	told := in.CaseID != "" && next.Heard.Equal(in.Dispute.Heard)
	if taken != had {
		if _, err := tx.Exec(ctx, disputePayOut, in.MerchantID, in.OrderID, payment, taken-had); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, disputePut, in.MerchantID, next.DisputeID, next.Kind, in.OrderID, payment, caseID, next.Amount.Minor, next.Amount.Currency,
		next.Reason, next.Status, taken, next.OpenedAt, next.DueAt, next.Heard, next.DecidedAt, told); err != nil {
		return err
	}
	if charged {
		return nil // it was paid on top of what the lines cost
	}
	next.Shares, err = share(ctx, tx, in, *next)
	return err
}

// paymentOf finds the payment a dispute is about: the one it names, that of the refund it names, or the order's only one.
func paymentOf(ctx context.Context, tx pgx.Tx, in schemas.DisputeOrder, next schemas.Dispute) (id string, room int64, charged bool, err error) {
	wanted := next.PaymentID
	if wanted == "" && next.RefundID != "" {
		if e, err := readRefund(ctx, tx, in.MerchantID, next.RefundID); err == nil && e.OrderID == in.OrderID {
			wanted = e.Refund.PaymentID
		}
	}
	rows, err := tx.Query(ctx, disputePayment, in.MerchantID, in.OrderID, wanted)
	if err != nil {
		return "", 0, false, err
	}
	found := 0
	_, err = pgx.ForEachRow(rows, []any{&id, &room, &charged}, func() error { found++; return nil })
	if err != nil || found != 1 {
		return "", 0, false, err
	}
	return id, room, charged, nil
}

// part is what of a dispute was given to a line for one request.
type part struct {
	line, caseID string
	own          bool // of the case that asks
	minor        int64
}

// share gives the lines of a case their part of what is kept: as much as the case owes for each, as long as there is some. Other cases of the
// order have parts of their own, also of the same lines.
func share(ctx context.Context, tx pgx.Tx, in schemas.DisputeOrder, next schemas.Dispute) ([]schemas.Share, error) {
	rows, err := tx.Query(ctx, disputeSharesGet, in.MerchantID, next.DisputeID, in.CaseID)
	if err != nil {
		return nil, err
	}
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p part, err error) {
		return p, row.Scan(&p.line, &p.caseID, &p.own, &p.minor)
	})
	if err != nil {
		return nil, err
	}
	var sum int64
	for _, p := range parts {
		sum += p.minor
	}
	give := func(p *part, more int64) error {
		p.minor += more
		sum += more
		if p.own {
			p.caseID = in.CaseID
		}
		_, err := tx.Exec(ctx, disputeSharePut, in.MerchantID, next.DisputeID, in.OrderID, p.line, p.minor, p.caseID)
		return err
	}
	for i := range parts {
		if cut := min(parts[i].minor, sum-next.Taken.Minor); cut > 0 {
			if err := give(&parts[i], -cut); err != nil {
				return nil, err
			}
		}
	}
	left, err := leftOf(ctx, tx, in.MerchantID, in.OrderID, next.Amount.Currency)
	if err != nil {
		return nil, err
	}
	for _, want := range in.Lines {
		room := int64(0)
		for _, l := range left.Lines {
			if l.LineID == want.LineID {
				room = l.Amount.Minor
			}
		}
		i := slices.IndexFunc(parts, func(p part) bool { return p.own && p.line == want.LineID })
		if i < 0 {
			i, parts = len(parts), append(parts, part{line: want.LineID, caseID: in.CaseID, own: true})
		}
		if more := min(want.Amount.Minor-parts[i].minor, room, next.Taken.Minor-sum); more > 0 {
			if err := give(&parts[i], more); err != nil {
				return nil, err
			}
		}
	}
	var shares []schemas.Share
	for _, p := range parts {
		if p.own && p.minor > 0 {
			shares = append(shares, schemas.Share{LineID: p.line, Amount: schemas.Money{Minor: p.minor, Currency: next.Amount.Currency}})
		}
	}
	return shares, nil
}

// giveUpFor cancels refunds that a dispute takes the place of. The case says that nobody is paying them; one that the ledger knows to be
// paid, or taken by the provider, stays.
func giveUpFor(ctx context.Context, tx pgx.Tx, in schemas.DisputeOrder) ([]string, error) {
	var gone []string
	for _, id := range in.GiveUp {
		e, err := readRefund(ctx, tx, in.MerchantID, id)
		switch {
		case errors.Is(err, pgx.ErrNoRows) || err == nil && e.CaseID == in.CaseID && e.Refund.Status == schemas.RefundCancelled:
			gone = append(gone, id)
			continue
		case err != nil:
			return nil, err
		case e.CaseID != in.CaseID || e.OrderID != in.OrderID || !legal(e.Refund.Status, schemas.RefundCancelled):
			continue
		}
		if err := moveReservation(ctx, tx, e, schemas.RefundCancelled); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, refundRecord, in.MerchantID, id, schemas.RefundCancelled, e.Refund.Code, in.At); err != nil {
			return nil, err
		}
		gone = append(gone, id)
	}
	return gone, nil
}

// Dispute returns a dispute by its number.
func (s *Store) Dispute(ctx context.Context, merchant, disputeID string) (DisputeEntry, error) {
	e, err := readDispute(ctx, s.pool, merchant, disputeID)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fmt.Errorf("dispute %s: %w", disputeID, ErrNotFound)
	}
	return e, err
}

// Disputes goes through the disputes of one merchant, or with an empty merchant through all, as LedgerEntries does.
func (s *Store) Disputes(ctx context.Context, merchant string) iter.Seq2[DisputeEntry, error] {
	const size = 500
	return pages(func(last DisputeEntry) ([]DisputeEntry, error) {
		rows, err := s.pool.Query(ctx, disputesList, pgx.QueryExecModeCacheDescribe, merchant, last.MerchantID, last.Dispute.DisputeID, size)
		if err != nil {
			return nil, fmt.Errorf("read disputes: %w", err)
		}
		return pgx.CollectRows(rows, scanDispute)
	}, size)
}

func readDispute(ctx context.Context, q querier, merchant, disputeID string) (DisputeEntry, error) {
	rows, err := q.Query(ctx, disputeGet, merchant, disputeID)
	if err != nil {
		return DisputeEntry{}, fmt.Errorf("read dispute %s: %w", disputeID, err)
	}
	return pgx.CollectExactlyOneRow(rows, scanDispute)
}

func scanDispute(row pgx.CollectableRow) (DisputeEntry, error) {
	var e DisputeEntry
	var due, decided *time.Time
	d := &e.Dispute
	err := row.Scan(&e.MerchantID, &d.DisputeID, &d.Kind, &e.OrderID, &d.PaymentID, &e.CaseID, &d.Amount.Minor, &d.Amount.Currency, &d.Reason, &d.Status,
		&d.Taken.Minor, &d.OpenedAt, &due, &d.Heard, &decided, &e.attended)
	d.DueAt, d.DecidedAt = due, decided
	d.Taken.Currency, d.Over.Currency = d.Amount.Currency, d.Amount.Currency
	if d.Kind == schemas.Chargeback && (!d.Status.Over() || d.Status.Takes()) {
		d.Over.Minor = d.Amount.Minor - d.Taken.Minor
	}
	return e, err
}
