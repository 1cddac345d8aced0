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
	//go:embed queries/refund_lock.sql
	refundLock string
	//go:embed queries/refund_record.sql
	refundRecord string
	//go:embed queries/refund_by_hand.sql
	refundByHand string
)

// RecordRefund writes down somebody's word on a refund where refundSteps allows it, and returns how the refund stands then.
// A word that comes too late to change anything changes nothing and is no error: the receipt says what is known.
//
// When the money has moved, the units in settle are settled in the same transaction, also by a repeated word. A word of
// another amount than was ordered is refused: something is wrong that no repetition mends, and a person has to look.
func (s *Store) RecordRefund(ctx context.Context, merchant string, word schemas.RefundReceipt, at time.Time, settle []schemas.LineUnits) (schemas.RefundReceipt, error) {
	var receipt schemas.RefundReceipt
	if _, known := refundSteps[word.Status]; !known || word.Status == schemas.RefundManual {
		return receipt, refuse(schemas.CodeBadValue, "status", "%q is not a provider's word on a refund.", string(word.Status))
	}
	err := s.changeRefund(ctx, merchant, word.RefundID, func(tx pgx.Tx, e LedgerEntry) error {
		if word.Amount != (schemas.Money{}) && word.Amount != e.Refund.Amount {
			return refuse(schemas.CodeBadAmount, "amount", "the provider speaks of %s, but %s was ordered.", word.Amount, e.Refund.Amount)
		}
		receipt = e.Receipt()
		if mayBecome(e, word) {
			if err := moveReservation(ctx, tx, e, word.Status); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, refundRecord, merchant, word.RefundID, word.Status, word.Code, at); err != nil {
				return err
			}
			receipt.Status, receipt.Code = word.Status, word.Code
		}
		if !moved(receipt.Status) {
			return nil
		}
		return settleUnits(ctx, tx, merchant, e.OrderID, e.CaseID, settle, at)
	})
	if err != nil {
		return schemas.RefundReceipt{}, err
	}
	return receipt, nil
}

// RecordByHand writes down that finance paid outside the provider. It takes a proof and a second person, and a refund of
// which it is certain that the provider does not pay it too, or that two people decided about. A repeated call with the
// same proof changes nothing.
//
// A refund that the ledger had refused is not in it. It is reserved first, within the same caps as any other.
func (s *Store) RecordByHand(ctx context.Context, in schemas.ByHandOrder) (schemas.RefundReceipt, error) {
	switch {
	case in.ProofID == "":
		return schemas.RefundReceipt{}, refuse(schemas.CodeMissingField, "proof_id", "a payment by hand needs a proof.")
	case in.Maker.ID == "" || in.Checker.ID == "" || in.Maker.ID == in.Checker.ID:
		return schemas.RefundReceipt{}, refuse(schemas.CodeFourEyes, "checker", "a payment by hand is confirmed by a second person.")
	}
	if in.Refund != nil {
		if err := s.reserveForHand(ctx, in); err != nil {
			return schemas.RefundReceipt{}, err
		}
	}
	var receipt schemas.RefundReceipt
	err := s.changeRefund(ctx, in.MerchantID, in.RefundID, func(tx pgx.Tx, e LedgerEntry) error {
		switch {
		case e.CaseID != in.CaseID:
			return unknownRefund(in.RefundID)
		case e.Refund.Status == schemas.RefundManual && e.Refund.ProofID == in.ProofID:
		case e.Refund.Status == schemas.RefundManual:
			return refuse(schemas.CodeAlreadyDone, "refund_id", "this refund was paid by hand before, with proof %s.", e.Refund.ProofID)
		case !legal(e.Refund.Status, schemas.RefundManual):
			return refuse(schemas.CodeWrongState, "refund_id", "this refund is %s; it cannot be paid by hand.", e.Refund.Status)
		default:
			if _, err := tx.Exec(ctx, refundByHand, in.MerchantID, in.RefundID, in.At, in.ProofID,
				in.Maker.Role, in.Maker.ID, in.Checker.Role, in.Checker.ID); err != nil {
				return err
			}
			e.Refund.Status, e.Refund.Code = schemas.RefundManual, ""
		}
		receipt = e.Receipt()
		return settleUnits(ctx, tx, in.MerchantID, e.OrderID, e.CaseID, in.Units, in.At)
	})
	if err != nil {
		return schemas.RefundReceipt{}, err
	}
	return receipt, nil
}

// reserveForHand puts a refund into the ledger that is not there yet, as failed: it was given up before any provider heard of it.
func (s *Store) reserveForHand(ctx context.Context, in schemas.ByHandOrder) error {
	_, err := s.Refund(ctx, in.MerchantID, in.RefundID)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return err
	}
	refund := *in.Refund
	refund.RefundID, refund.Replaces = in.RefundID, ""
	order := schemas.RefundOrder{CaseID: in.CaseID, MerchantID: in.MerchantID, OrderID: in.OrderID, CustomerID: in.CustomerID, Refund: refund, At: in.At}
	if _, _, err := s.ReserveRefund(ctx, order); err != nil {
		return err
	}
	_, err = s.RecordRefund(ctx, in.MerchantID, schemas.RefundReceipt{RefundID: in.RefundID, Status: schemas.RefundFailedWord, Code: in.Refund.Code, Amount: refund.Amount}, in.At, nil)
	return err
}

// changeRefund runs do on an entry while nobody else changes anything of its order.
func (s *Store) changeRefund(ctx context.Context, merchant, refundID string, do func(tx pgx.Tx, e LedgerEntry) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		locked, err := tx.Exec(ctx, refundLock, merchant, refundID)
		if err != nil {
			return err
		}
		if locked.RowsAffected() == 0 {
			return unknownRefund(refundID)
		}
		e, err := readRefund(ctx, tx, merchant, refundID)
		if err != nil {
			return err
		}
		return do(tx, e)
	})
	if err != nil {
		return fmt.Errorf("change refund %s: %w", refundID, err)
	}
	return nil
}

// mayBecome reports whether a word on a refund is written down.
func mayBecome(e LedgerEntry, word schemas.RefundReceipt) bool {
	from := e.Refund.Status
	switch {
	case from == schemas.RefundFailedWord && word.Status == schemas.RefundUnknown:
		// A failed refund of which nothing was heard is failed still, unless it was ordered once more.
		return e.orderedAgain
	case from == schemas.RefundFailedWord && word.Status == schemas.RefundFailedWord:
		return e.orderedAgain || e.Refund.Code != word.Code // it failed again, perhaps for another reason
	}
	return legal(from, word.Status)
}

// moveReservation gives the amount back when a refund is cancelled, and takes it again when money moved for one that was.
func moveReservation(ctx context.Context, tx pgx.Tx, e LedgerEntry, to schemas.RefundStatus) error {
	sign := 0
	switch {
	case to == schemas.RefundCancelled:
		sign = -1
	case e.Refund.Status == schemas.RefundCancelled:
		sign = 1
	default:
		return nil
	}
	batch := &pgx.Batch{}
	batch.Queue(paymentPayOut, e.MerchantID, e.Refund.RefundID, sign)
	batch.Queue(orderLinesPayOut, e.MerchantID, e.Refund.RefundID, sign)
	return payOutRefusal(send(ctx, tx, batch), e.Refund)
}

func unknownRefund(id string) *schemas.Refusal {
	return refuse(schemas.CodeUnknownRefund, "refund_id", "there is no refund %.80q.", id)
}
