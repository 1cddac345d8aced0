package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/refund_put.sql
	refundPut string
	//go:embed queries/refund_shares_put.sql
	refundSharesPut string
	//go:embed queries/payment_pay_out.sql
	paymentPayOut string
	//go:embed queries/order_lines_pay_out.sql
	orderLinesPayOut string
	//go:embed queries/refund_order_again.sql
	refundOrderAgain string
	//go:embed queries/refund_ask.sql
	refundAsk string
	//go:embed queries/order_currency.sql
	orderCurrency string
)

// ReserveRefund writes a refund into the ledger before any provider is asked, and takes its amount from what is left of the
// payment and of every line it has a share for. It returns how the refund stands, and whether the provider may have heard
// of it before: asked means that the next step is to look it up.
//
// The number makes it once. The same number with the same content changes nothing, whatever became of the refund since;
// with another content it is refused, because two amounts under one number cannot be told apart at the provider. A failed
// refund stays failed in the receipt, and is from now on one that may be under way again.
//
// A refund that replaces another (another destination) gives the old reservation back in the same transaction, so that at no
// moment both could be paid. Only what certainly is not being paid can be replaced.
func (s *Store) ReserveRefund(ctx context.Context, in schemas.RefundOrder) (receipt schemas.RefundReceipt, asked bool, err error) {
	if refusal := checkRefund(in); refusal != nil {
		return receipt, false, refusal
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, orderLock, in.MerchantID, in.OrderID); err != nil {
			return fmt.Errorf("lock order: %w", err)
		}
		entry, err := readRefund(ctx, tx, in.MerchantID, in.Refund.RefundID)
		if err == nil {
			receipt, asked = entry.Receipt(), entry.AskedAt != nil
			if err := sameRefund(entry, in); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, refundOrderAgain, in.MerchantID, in.Refund.RefundID)
			return err
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		receipt = schemas.RefundReceipt{RefundID: in.Refund.RefundID, Status: schemas.RefundRequested, Amount: in.Refund.Amount}
		return reserve(ctx, tx, in)
	})
	if err != nil {
		return schemas.RefundReceipt{}, false, fmt.Errorf("reserve refund %s: %w", in.Refund.RefundID, err)
	}
	return receipt, asked, nil
}

func checkRefund(in schemas.RefundOrder) *schemas.Refusal {
	r := in.Refund
	if r.RefundID == "" {
		return refuse(schemas.CodeMissingField, "refund.refund_id", "a refund has a number.")
	}
	if r.Amount.Minor <= 0 || r.Amount.Minor > maxMinor {
		return refuse(schemas.CodeBadAmount, "refund.amount", "%d is not an amount to refund.", r.Amount.Minor)
	}
	sum := int64(0)
	for i, share := range r.Shares {
		field := fmt.Sprintf("refund.shares[%d]", i)
		switch {
		case share.Amount.Currency != r.Amount.Currency:
			return refuse(schemas.CodeOtherCurrency, field, "this share is in %q and the refund in %q.", share.Amount.Currency, r.Amount.Currency)
		case share.Amount.Minor <= 0 || share.Amount.Minor > maxMinor:
			return refuse(schemas.CodeBadAmount, field, "%d is not a share.", share.Amount.Minor)
		}
		sum += share.Amount.Minor
	}
	if sum != r.Amount.Minor {
		return refuse(schemas.CodeBadAmount, "refund.shares", "the shares add up to %d and the refund is %d.", sum, r.Amount.Minor)
	}
	return nil
}

func sameRefund(e LedgerEntry, in schemas.RefundOrder) error {
	if e.CaseID != in.CaseID || e.OrderID != in.OrderID || e.Refund.PaymentID != in.Refund.PaymentID || e.Refund.Method != in.Refund.Method ||
		e.Refund.Amount != in.Refund.Amount || !maps.Equal(byLine(e.Refund.Shares), byLine(in.Refund.Shares)) {
		return refuse(schemas.CodeBadValue, "refund.refund_id", "this number stands in the ledger for another refund (%s to %s); use a new number.", e.Refund.Amount, e.Refund.Method)
	}
	return nil
}

// byLine adds up the shares of each line: a line that was split by units stands more than once.
func byLine(shares []schemas.Share) map[string]int64 {
	sums := map[string]int64{}
	for _, s := range shares {
		sums[s.LineID] += s.Amount.Minor
	}
	return sums
}

// giveUp cancels the refund that a new one replaces. One that the ledger never took has nothing to give back.
func giveUp(ctx context.Context, tx pgx.Tx, in schemas.RefundOrder) error {
	old, err := readRefund(ctx, tx, in.MerchantID, in.Refund.Replaces)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return err
	case old.CaseID != in.CaseID || old.OrderID != in.OrderID:
		return unknownRefund(in.Refund.Replaces)
	case old.Refund.Status == schemas.RefundCancelled:
		return nil
	}
	neverAsked := old.Refund.Status == schemas.RefundRequested && old.AskedAt == nil
	failed := old.Refund.Status == schemas.RefundFailedWord && !old.orderedAgain
	if !neverAsked && !failed && old.Refund.Status != schemas.RefundReversed {
		return refuse(schemas.CodeWrongState, "refund.replaces", "refund %s is %s, and may still be paid; it cannot be replaced.", old.Refund.RefundID, old.Refund.Status)
	}
	if err := moveReservation(ctx, tx, old, schemas.RefundCancelled); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, refundRecord, in.MerchantID, old.Refund.RefundID, schemas.RefundCancelled, old.Refund.Code, in.At)
	return err
}

func reserve(ctx context.Context, tx pgx.Tx, in schemas.RefundOrder) error {
	r := in.Refund
	var currency string
	err := tx.QueryRow(ctx, orderCurrency, in.MerchantID, in.OrderID).Scan(&currency)
	if errors.Is(err, pgx.ErrNoRows) {
		return UnknownOrder()
	}
	if err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	if currency != r.Amount.Currency {
		return refuse(schemas.CodeOtherCurrency, "refund.amount", "the order was paid in %s and this refund is in %q.", currency, r.Amount.Currency)
	}
	if r.Replaces != "" {
		if err := giveUp(ctx, tx, in); err != nil {
			return err
		}
	}
	if err := chargedFor(ctx, tx, in); err != nil {
		return err
	}
	shares, err := jsonb(r.Shares)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(refundPut, in.MerchantID, r.RefundID, in.CaseID, in.OrderID, in.CustomerID, r.PaymentID, r.Method, r.Amount.Minor, r.Amount.Currency,
		shares, r.Replaces, in.At)
	batch.Queue(refundSharesPut, in.MerchantID, r.RefundID, in.OrderID, shares)
	batch.Queue(paymentPayOut, in.MerchantID, r.RefundID, 1)
	batch.Queue(orderLinesPayOut, in.MerchantID, r.RefundID, 1)
	return payOutRefusal(send(ctx, tx, batch), r)
}

// payOutRefusal turns a broken constraint of the ledger into a sentence for people.
func payOutRefusal(err error, r schemas.Refund) error {
	switch violated(err) {
	case "":
		return err
	case "payments_paid_out_within_captured":
		return refuse(schemas.CodeNoMoneyLeft, "refund.amount", "%s is more than is left of payment %s: what was captured, less what was refunded or reserved before.", r.Amount, r.PaymentID)
	case "order_lines_paid_out_within_cost":
		return refuse(schemas.CodeNoMoneyLeft, "refund.shares", "%s is more than is left of what its lines cost, less what was refunded or reserved before.", r.Amount)
	case "refunds_payment_is_known":
		return refuse(schemas.CodeBadValue, "refund.payment_id", "the order has no payment %q.", r.PaymentID)
	case "refund_shares_line_is_known":
		return refuse(schemas.CodeUnknownLine, "refund.shares", "a share is of a line that the order does not have.")
	}
	return err
}

// Left is what can still be paid out of an order, line by line and payment by payment, after everything that is reserved.
func (s *Store) Left(ctx context.Context, merchant, order string) (schemas.OrderLeft, error) {
	var left schemas.OrderLeft
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, orderLock, merchant, order); err != nil {
			return err
		}
		var currency string
		err := tx.QueryRow(ctx, orderCurrency, merchant, order).Scan(&currency)
		if errors.Is(err, pgx.ErrNoRows) {
			return UnknownOrder()
		}
		if err != nil {
			return err
		}
		left, err = leftOf(ctx, tx, merchant, order, currency)
		return err
	})
	if err != nil {
		return schemas.OrderLeft{}, fmt.Errorf("read what is left of order %s: %w", order, err)
	}
	return left, nil
}

// leftOf is Left for a transaction that has locked the order.
func leftOf(ctx context.Context, tx pgx.Tx, merchant, order, currency string) (schemas.OrderLeft, error) {
	left := schemas.OrderLeft{Lines: []schemas.Share{}}
	rows, err := tx.Query(ctx, orderLinesLeft, merchant, order)
	if err != nil {
		return left, err
	}
	var id string
	var quantity int
	var price, cost, netted, prior, paidOut int64
	_, err = pgx.ForEachRow(rows, []any{&id, &quantity, &price, &cost, &netted, &prior, &paidOut}, func() error {
		left.Lines = append(left.Lines, schemas.Share{LineID: id, Amount: schemas.Money{Minor: cost - paidOut, Currency: currency}})
		return nil
	})
	if err != nil {
		return left, err
	}
	if rows, err = tx.Query(ctx, disputesUndecided, merchant, order); err != nil {
		return left, err
	}
	if left.Disputes, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return left, err
	}
	left.Payments, err = payments(ctx, tx, schemas.ShopOrder{MerchantID: merchant, OrderID: order, Currency: currency})
	return left, err
}

// MarkRefundAsked writes down that the provider is about to be asked, before it is: after a crash the refund is then looked
// up instead of ordered again. A refund that failed, is unknown, or was reversed becomes requested again under its number.
func (s *Store) MarkRefundAsked(ctx context.Context, merchant, refundID string, at time.Time) error {
	return s.changeRefund(ctx, merchant, refundID, func(tx pgx.Tx, e LedgerEntry) error {
		if e.Refund.Status != schemas.RefundRequested && !legal(e.Refund.Status, schemas.RefundRequested) {
			return refuse(schemas.CodeAlreadyDone, "refund_id", "this refund is %s; it is not asked for again.", e.Refund.Status)
		}
		_, err := tx.Exec(ctx, refundAsk, merchant, refundID, at)
		return err
	})
}
