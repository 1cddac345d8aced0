package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// sourcePayments is the source of the payment provider's facts.
const sourcePayments = "payments"

// settleBatch is how many refunds one transaction of the pump settles at most.
const settleBatch = 50

var (
	refundsDue     = query("refunds_due")
	refundSettle   = query("refund_settle")
	refundPostpone = query("refund_postpone")
	reversalDue    = query("reversal_due")
	reversalUse    = query("reversal_use")
	refundReverse  = query("refund_reverse")
	factInsert     = query("fact_insert")
)

// dueRefund is one refund that settles, or comes back, now. Its times are those at which it was due, however late the books
// are written: a real provider's money does not wait for our processes either.
type dueRefund struct {
	merchantID, key, number string
	amount                  schemas.Money
	tries                   int
	occurredAt              time.Time // business time
	occurredReally          time.Time
}

func (r *dueRefund) columns() []any {
	return []any{&r.merchantID, &r.key, &r.number, &r.amount.Minor, &r.amount.Currency, &r.tries, &r.occurredAt, &r.occurredReally}
}

// settle ends every accepted refund that is due, and takes back every succeeded one whose reversal is due: one key, or all
// where key is empty. It returns how many it looked at. Each change is one transaction with the fact that tells of it.
func settle(ctx context.Context, tx pgx.Tx, merchant, key string) (int, error) {
	rows, err := tx.Query(ctx, refundsDue, merchant, key, settleBatch)
	if err != nil {
		return 0, err
	}
	refunds, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r dueRefund, err error) {
		return r, row.Scan(r.columns()...)
	})
	if err != nil {
		return 0, err
	}
	for _, r := range refunds {
		if err := r.end(ctx, tx); err != nil {
			return 0, fmt.Errorf("settle refund %s: %w", r.key, err)
		}
	}
	reversed, err := reverse(ctx, tx, merchant, key)
	return len(refunds) + reversed, err
}

// end settles one accepted refund as the faults told for settling will have it, or well.
func (r dueRefund) end(ctx context.Context, tx pgx.Tx) error {
	fault, err := take(ctx, tx, SystemPayments, Settling, r.key)
	if err != nil {
		return err
	}
	if fault.Mode == Slow {
		_, err := tx.Exec(ctx, refundPostpone, r.merchantID, r.key, fault.duration()/time.Microsecond)
		return err
	}
	fact, status, code := schemas.RefundSuccess.Name, schemas.RefundSucceeded, schemas.Code("")
	if fault.Mode == Refuse {
		fact, status, code = schemas.RefundFailure.Name, schemas.RefundFailedWord, schemas.Code(fault.Param)
	}
	if _, err := tx.Exec(ctx, refundSettle, r.merchantID, r.key, status, code); err != nil {
		return err
	}
	copies := 1
	switch fault.Mode {
	case Lose:
		return nil
	case Twice:
		copies = 2
	case Slow, Fail, Refuse, Never, Reverse, "":
	}
	return r.tell(ctx, tx, fact, status, code, copies)
}

// reverse takes back succeeded refunds for which a reversal was told. A reversal that names no key means the refunds that
// succeed from then on; one that names a key also means a refund that succeeded before.
func reverse(ctx context.Context, tx pgx.Tx, merchant, key string) (reversed int, err error) {
	for {
		var r dueRefund
		var faultID int64
		rows, err := tx.Query(ctx, reversalDue, merchant, key)
		if err != nil {
			return reversed, err
		}
		found := rows.Next()
		if found {
			err = rows.Scan(append(r.columns(), &faultID)...)
		}
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil || !found {
			return reversed, err
		}
		if _, err := tx.Exec(ctx, reversalUse, faultID); err != nil {
			return reversed, err
		}
		if _, err := tx.Exec(ctx, refundReverse, r.merchantID, r.key, schemas.CodeReversed); err != nil {
			return reversed, err
		}
		if err := r.tell(ctx, tx, schemas.RefundReversal.Name, schemas.RefundReversed, schemas.CodeReversed, 1); err != nil {
			return reversed, err
		}
		reversed++
	}
}

// tell puts the fact into the outbox. Its event id is made from the refund's number, the try and what happened, so that
// however often it is delivered it is recognised, and a second try's outcome is not taken for the first's.
func (r dueRefund) tell(ctx context.Context, tx pgx.Tx, fact string, status schemas.RefundStatus, code schemas.Code, copies int) error {
	body, err := json.Marshal(schemas.RefundWord{RefundID: r.key, Code: code, Amount: &r.amount})
	if err != nil {
		return err
	}
	eventID := fmt.Sprintf("%s-%d-%s", r.number, r.tries, status)
	_, err = tx.Exec(ctx, factInsert, eventID, fact, sourcePayments, body, r.occurredAt, r.occurredReally, copies)
	return err
}
