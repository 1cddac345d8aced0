package sandbox

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Payments is the payment provider of the sandbox. It takes an order at once, says accepted, and settles it a little later;
// then a fact tells of it (see World.Pump), and Lookup says so. It keeps its own books of what was captured and refunds no
// more than that, whatever our ledger believes.
type Payments struct{ world *World }

var _ provider.Payments = (*Payments)(nil)

var (
	paymentLock  = query("payment_lock")
	paymentGiven = query("payment_given")
	methodFind   = query("method_find")
	refundFind   = query("refund_find")
	refundWrite  = query("refund_write")
	wake         = query("wake")
)

// refundNumber is the sandbox's own number of a refund, kept beside our key: at most 32 characters of [A-Z0-9], as several
// real providers ask for. The rule never changes; a key would get a second number and the refund be paid twice.
func refundNumber(merchant, key string) string { return provider.Number("SBR", 32, merchant, key) }

// refundRow is one refund as the books have it.
type refundRow struct {
	orderID, paymentID, method string
	amount                     schemas.Money
	status                     schemas.RefundStatus
	code                       schemas.Code
}

func (r refundRow) answer() provider.RefundAnswer {
	return provider.RefundAnswer{Status: r.status, Code: r.code, Amount: r.amount}
}

// sameAs says whether a call with this refund's key asks for the same thing. When it asks does not matter.
func (r refundRow) sameAs(c provider.RefundCall) bool {
	return r.orderID == c.OrderID && r.paymentID == c.PaymentID && r.method == c.Method && r.amount == c.Amount
}

// Refund takes one order to refund, once per key. The sandbox refuses (status failed) what is above the captured amount or
// in another currency (bad_amount), and a method that is not this customer's (account_closed).
func (p *Payments) Refund(ctx context.Context, call provider.RefundCall) (provider.RefundAnswer, error) {
	if err := call.Check(); err != nil {
		return provider.RefundAnswer{}, err
	}
	var answer provider.RefundAnswer
	err := p.world.serve(ctx, visit{SystemPayments, "refund", call.Key}, func(tx pgx.Tx, told schemas.Code) error {
		// The payment's row is locked first and held: two orders on one payment are judged one after the other.
		payment, err := lockPayment(ctx, tx, call)
		if err != nil {
			return err
		}
		if call.Method == "" {
			call.Method = payment.method
		}
		before, found, err := findRefund(ctx, tx, call.MerchantID, call.Key)
		if err != nil {
			return err
		}
		if found && !before.sameAs(call) {
			return provider.Never(provider.CodeKeyReused, "this refund key was used for another refund")
		}
		if found && (before.status == schemas.RefundAccepted || before.status == schemas.RefundSucceeded) {
			answer = before.answer()
			return nil
		}
		after := refundRow{call.OrderID, call.PaymentID, call.Method, call.Amount, schemas.RefundAccepted, told}
		if after.code == "" {
			if after.code, err = judge(ctx, tx, payment, call); err != nil {
				return err
			}
		}
		if after.code != "" {
			after.status = schemas.RefundFailedWord
		}
		answer = after.answer()
		return p.write(ctx, tx, call, after)
	})
	if err != nil {
		return provider.RefundAnswer{}, err
	}
	answer.Number = refundNumber(call.MerchantID, call.Key)
	return answer, nil
}

// Lookup says what became of the refund with this key. One that is due settles at this moment, pump or no pump.
func (p *Payments) Lookup(ctx context.Context, merchant, key string) (answer provider.RefundAnswer, found bool, err error) {
	err = p.world.serve(ctx, visit{SystemPayments, "lookup", key}, func(tx pgx.Tx, _ schemas.Code) error {
		if _, err := settle(ctx, tx, merchant, key); err != nil {
			return err
		}
		var row refundRow
		row, found, err = findRefund(ctx, tx, merchant, key)
		answer = row.answer()
		return err
	})
	if err != nil || !found {
		return provider.RefundAnswer{}, false, err
	}
	answer.Number = refundNumber(merchant, key)
	return answer, true, nil
}

// payment is what the books know of a captured payment.
type payment struct {
	orderID, customerID, method string
	captured                    schemas.Money
	refundedBefore              int64
}

func lockPayment(ctx context.Context, tx pgx.Tx, call provider.RefundCall) (payment, error) {
	var p payment
	err := tx.QueryRow(ctx, paymentLock, call.MerchantID, call.PaymentID).
		Scan(&p.orderID, &p.customerID, &p.method, &p.captured.Minor, &p.captured.Currency, &p.refundedBefore)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && p.orderID != call.OrderID {
		return payment{}, provider.Never(provider.CodeUnknownPayment, "the merchant has no such payment on this order")
	}
	return p, err
}

// judge returns the code of a refusal, or "" for an order that can be taken.
func judge(ctx context.Context, tx pgx.Tx, p payment, call provider.RefundCall) (schemas.Code, error) {
	if call.Amount.Currency != p.captured.Currency {
		return schemas.CodeBadAmount, nil
	}
	var given int64
	if err := tx.QueryRow(ctx, paymentGiven, call.MerchantID, call.PaymentID).Scan(&given); err != nil {
		return "", err
	}
	if call.Amount.Minor > p.captured.Minor-p.refundedBefore-given {
		return schemas.CodeBadAmount, nil
	}
	if call.Method == p.method {
		return "", nil
	}
	var known bool
	if err := tx.QueryRow(ctx, methodFind, call.MerchantID, call.Method, p.customerID).Scan(&known); err != nil {
		return "", err
	}
	if !known {
		return schemas.CodeAccountClosed, nil
	}
	return "", nil
}

func findRefund(ctx context.Context, tx pgx.Tx, merchant, key string) (row refundRow, found bool, err error) {
	err = tx.QueryRow(ctx, refundFind, merchant, key).Scan(
		&row.orderID, &row.paymentID, &row.method, &row.amount.Minor, &row.amount.Currency, &row.status, &row.code)
	if errors.Is(err, pgx.ErrNoRows) {
		return refundRow{}, false, nil
	}
	return row, err == nil, err
}

func (p *Payments) write(ctx context.Context, tx pgx.Tx, call provider.RefundCall, row refundRow) error {
	if _, err := tx.Exec(ctx, refundWrite, call.MerchantID, call.Key, refundNumber(call.MerchantID, call.Key),
		row.orderID, row.paymentID, row.method, row.amount.Minor, row.amount.Currency,
		row.status, row.code, call.At, p.world.settleDelay/time.Microsecond); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, wake)
	return err
}
