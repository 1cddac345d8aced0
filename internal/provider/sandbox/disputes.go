package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Disputes is the sandbox's bank. A chargeback is opened by somebody who tells it to (OpenChargeback); the bank decides by itself only
// what needs no judgement: one that is accepted is lost, and one whose money was refunded before is won. Everything else is decided by
// whoever tells it to (EndChargeback).
type Disputes struct{ world *World }

var _ provider.Disputes = (*Disputes)(nil)

// Answering is the operation that faults name.
const Answering = "answer"

var (
	disputeInsert   = query("dispute_insert")
	disputeFind     = query("dispute_find")
	disputeAnswer   = query("dispute_answer")
	disputeEnd      = query("dispute_end")
	disputeRefunded = query("dispute_refunded")
	disputePayment  = query("dispute_payment")
	bookDisputes    = query("book_disputes")
)

// Chargeback is what the bank takes back.
type Chargeback struct {
	MerchantID string
	DisputeID  string
	PaymentID  string // empty: the largest payment of the order, and at most that
	OrderID    string // needed where no payment is named
	Amount     schemas.Money
	Reason     string
	At         time.Time // business time
	DueAt      time.Time // of the merchant's answer
}

// OpenChargeback has the bank take a payment back, in part or whole, and tell of it. The same number twice is one chargeback. An amount
// without a currency is in the payment's own. What the bank does not know or cannot read is a *schemas.Refusal.
func (w *World) OpenChargeback(ctx context.Context, c Chargeback) error {
	return w.inTx(ctx, func(tx pgx.Tx) error {
		var currency, orderID string
		var captured int64
		anyPayment := c.PaymentID == ""
		err := tx.QueryRow(ctx, disputePayment, c.MerchantID, c.PaymentID, c.OrderID).Scan(&c.PaymentID, &currency, &orderID, &captured)
		if errors.Is(err, pgx.ErrNoRows) {
			return &schemas.Refusal{Code: provider.CodeUnknownPayment, Field: "payment_id", Message: fmt.Sprintf("merchant %s has no payment %s of order %s.", c.MerchantID, c.PaymentID, c.OrderID)}
		}
		if err != nil {
			return err
		}
		c.Amount.Currency = cmp.Or(c.Amount.Currency, currency)
		if currency != c.Amount.Currency {
			return &schemas.Refusal{Code: schemas.CodeOtherCurrency, Field: "currency", Message: fmt.Sprintf("payment %s was made in %s, not in %s.", c.PaymentID, currency, c.Amount.Currency)}
		}
		if anyPayment {
			c.Amount.Minor = min(c.Amount.Minor, captured)
		}
		word := schemas.ExternalWord{
			DisputeID: c.DisputeID, Kind: schemas.Chargeback, MerchantID: c.MerchantID, PaymentID: c.PaymentID, OrderID: orderID, Amount: &c.Amount, DueAt: &c.DueAt, Reason: c.Reason,
		}
		if refusal := word.Check(); refusal != nil {
			return refusal
		}
		made, err := tx.Exec(ctx, disputeInsert, c.MerchantID, c.DisputeID, c.PaymentID, c.Amount.Minor, c.Amount.Currency, c.Reason, c.At, c.DueAt)
		if err != nil || made.RowsAffected() == 0 {
			return err
		}
		return tellDispute(ctx, tx, schemas.ExternalOpened.Name, word, c.At)
	})
}

// EndChargeback has the bank decide: won, lost or withdrawn. A decision may be turned round.
func (w *World) EndChargeback(ctx context.Context, merchant, disputeID string, status schemas.DisputeStatus, at time.Time) error {
	if status != schemas.DisputeWon && status != schemas.DisputeLost && status != schemas.DisputeWithdrawn {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "status", Message: fmt.Sprintf("a chargeback ends as won, lost or withdrawn, not %q.", status)}
	}
	return w.inTx(ctx, func(tx pgx.Tx) error {
		d, found, err := findDispute(ctx, tx, merchant, disputeID)
		if err != nil {
			return err
		}
		if !found {
			return &schemas.Refusal{Code: schemas.CodeUnknownDispute, Field: "dispute_id", Message: fmt.Sprintf("merchant %s has no chargeback %s.", merchant, disputeID)}
		}
		if d.status == status {
			return nil
		}
		return d.end(ctx, tx, merchant, disputeID, status, at)
	})
}

type disputeRow struct {
	paymentID string
	amount    schemas.Money
	status    schemas.DisputeStatus
	key       string
	answer    *provider.DisputeCall
	openedAt  time.Time
}

func findDispute(ctx context.Context, tx pgx.Tx, merchant, disputeID string) (d disputeRow, found bool, err error) {
	err = tx.QueryRow(ctx, disputeFind, merchant, disputeID).Scan(&d.paymentID, &d.amount.Minor, &d.amount.Currency, &d.status, &d.key, &d.answer, &d.openedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, err
}

func (d disputeRow) end(ctx context.Context, tx pgx.Tx, merchant, disputeID string, status schemas.DisputeStatus, at time.Time) error {
	if _, err := tx.Exec(ctx, disputeEnd, merchant, disputeID, status, at); err != nil {
		return err
	}
	return tellDispute(ctx, tx, schemas.ExternalDecided.Name, schemas.ExternalWord{
		DisputeID: disputeID, Kind: schemas.Chargeback, MerchantID: merchant, PaymentID: d.paymentID, Amount: &d.amount, Decision: status,
	}, at)
}

func tellDispute(ctx context.Context, tx pgx.Tx, fact string, word schemas.ExternalWord, at time.Time) error {
	body, err := json.Marshal(word)
	if err != nil {
		return err
	}
	eventID := fmt.Sprintf("%s/%s/%s%s/%d", word.MerchantID, word.DisputeID, fact, word.Decision, at.UnixNano())
	_, err = tx.Exec(ctx, factInsertNow, eventID, fact, sourcePayments, body, at)
	if err == nil {
		_, err = tx.Exec(ctx, wake)
	}
	return err
}

// Answer takes one answer to a chargeback.
func (p *Disputes) Answer(ctx context.Context, call provider.DisputeCall) (provider.DisputeAnswer, error) {
	if err := call.Check(); err != nil {
		return provider.DisputeAnswer{}, err
	}
	var answer provider.DisputeAnswer
	err := p.world.serve(ctx, visit{SystemPayments, Answering, call.Key}, func(tx pgx.Tx, _ schemas.Code) error {
		d, found, err := findDispute(ctx, tx, call.MerchantID, call.DisputeID)
		switch {
		case err != nil:
			return err
		case !found:
			return provider.Never(provider.CodeUnknownDispute, "the merchant has no such dispute")
		case d.key == call.Key && !d.answer.Same(call):
			return provider.Never(provider.CodeKeyReused, "this key was used for another answer")
		case d.key == call.Key, d.status.Over():
			answer = provider.DisputeAnswer{Status: d.status, Amount: d.amount}
			return nil
		case d.key != "":
			return provider.Never(provider.CodeAlreadyAnswered, "the bank has an answer to this dispute already")
		}
		status := schemas.DisputeAnswered
		if call.Accept {
			status = schemas.DisputeLost
		} else if status, err = p.judge(ctx, tx, call, d); err != nil {
			return err
		}
		kept, err := json.Marshal(call)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, disputeAnswer, call.MerchantID, call.DisputeID, call.Key, kept, status, call.At); err != nil {
			return err
		}
		answer = provider.DisputeAnswer{Status: status, Amount: d.amount}
		if !status.Over() {
			return nil
		}
		at := call.At
		if !at.After(d.openedAt) {
			at = d.openedAt.Add(time.Second)
		}
		return d.end(ctx, tx, call.MerchantID, call.DisputeID, status, at)
	})
	if err != nil {
		return provider.DisputeAnswer{}, err
	}
	return answer, nil
}

// judge is what the bank decides by itself: whoever was refunded all of it has no claim to it.
func (p *Disputes) judge(ctx context.Context, tx pgx.Tx, call provider.DisputeCall, d disputeRow) (schemas.DisputeStatus, error) {
	var refunded int64
	if err := tx.QueryRow(ctx, disputeRefunded, call.MerchantID, d.paymentID).Scan(&refunded); err != nil {
		return "", err
	}
	if len(call.Refunds) > 0 && refunded >= d.amount.Minor {
		return schemas.DisputeWon, nil
	}
	return schemas.DisputeAnswered, nil
}

// LookupDispute says how a dispute stands.
func (p *Disputes) LookupDispute(ctx context.Context, merchant, disputeID string) (answer provider.DisputeAnswer, found bool, err error) {
	err = p.world.serve(ctx, visit{SystemPayments, Answering + "_lookup", disputeID}, func(tx pgx.Tx, _ schemas.Code) error {
		var d disputeRow
		d, found, err = findDispute(ctx, tx, merchant, disputeID)
		answer = provider.DisputeAnswer{Status: d.status, Amount: d.amount}
		return err
	})
	if err != nil || !found {
		return provider.DisputeAnswer{}, false, err
	}
	return answer, true, nil
}
