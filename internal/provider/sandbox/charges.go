package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Collecting is the operation by which an accepted charge ends. It is no call of ours: the sandbox does it by itself.
const Collecting = "collect"

// Charges is the side of the sandbox's payment provider that takes money. It charges no more than is on a gift card, and
// nothing by a method that is not the customer's, whatever our ledger believes.
type Charges struct{ world *World }

var _ provider.Charges = (*Charges)(nil)

var (
	methodLock     = query("method_lock")
	methodSpend    = query("method_spend")
	chargeFind     = query("charge_find")
	chargeWrite    = query("charge_write")
	chargeTurn     = query("charge_turn")
	chargePaid     = query("charge_paid")
	chargesDue     = query("charges_due")
	chargePostpone = query("charge_postpone")
	voidDue        = query("void_due")
)

// chargeRow is one charge or deposit as the books have it.
type chargeRow struct {
	kind                        schemas.ChargeKind
	orderID, customerID, method string
	amount                      schemas.Money
	status                      schemas.ChargeStatus
	code                        schemas.Code
	until                       *time.Time
}

func (r chargeRow) answer() provider.ChargeAnswer {
	return provider.ChargeAnswer{Status: r.status, Code: r.code, Amount: r.amount}
}

// sameAs says whether a call with this key is about the same thing. Its times do not matter.
func (r chargeRow) sameAs(kind schemas.ChargeKind, c provider.ChargeCall) bool {
	return r.kind == kind && r.orderID == c.OrderID && r.customerID == c.CustomerID && r.method == c.Method && r.amount == c.Amount
}

// Charge takes one order to have a customer pay, once per key. It succeeds a little later, unless the sandbox was told otherwise.
func (c *Charges) Charge(ctx context.Context, call provider.ChargeCall) (provider.ChargeAnswer, error) {
	return c.change(ctx, "charge", schemas.ChargeDifference, call, func(tx pgx.Tx, before chargeRow, told schemas.Code) (chargeRow, error) {
		return c.take(ctx, tx, call, before, schemas.ChargeAccepted, told)
	})
}

// Hold keeps a security, once per key, and says so at once.
func (c *Charges) Hold(ctx context.Context, call provider.ChargeCall) (provider.ChargeAnswer, error) {
	return c.change(ctx, "hold", schemas.ChargeDeposit, call, func(tx pgx.Tx, before chargeRow, told schemas.Code) (chargeRow, error) {
		return c.take(ctx, tx, call, before, schemas.ChargeHeld, told)
	})
}

// Lapse ends a charge that has not succeeded. One that is due succeeds first.
func (c *Charges) Lapse(ctx context.Context, call provider.ChargeCall) (provider.ChargeAnswer, error) {
	return c.change(ctx, "lapse", schemas.ChargeDifference, call, func(tx pgx.Tx, before chargeRow, _ schemas.Code) (chargeRow, error) {
		return c.end(ctx, tx, call, before, schemas.ChargeLapsed, "", schemas.ChargeAccepted, schemas.ChargeFailed)
	})
}

// Release gives a deposit back.
func (c *Charges) Release(ctx context.Context, call provider.ChargeCall) (provider.ChargeAnswer, error) {
	return c.change(ctx, "release", schemas.ChargeDeposit, call, func(tx pgx.Tx, before chargeRow, _ schemas.Code) (chargeRow, error) {
		return c.end(ctx, tx, call, before, schemas.ChargeReleased, "", schemas.ChargeHeld, schemas.ChargeFailed)
	})
}

// Capture takes a deposit, or finds that it has been void for a while.
func (c *Charges) Capture(ctx context.Context, call provider.ChargeCall) (provider.ChargeAnswer, error) {
	return c.change(ctx, "capture", schemas.ChargeDeposit, call, func(tx pgx.Tx, before chargeRow, _ schemas.Code) (chargeRow, error) {
		switch {
		case before.status == "":
			return chargeRow{}, provider.Never(schemas.CodeUnknownCharge, "there is no such deposit to take")
		case before.status == schemas.ChargeHeld && before.until != nil && before.until.Before(call.At):
			return c.end(ctx, tx, call, before, schemas.ChargeReleased, schemas.CodeExpired, schemas.ChargeHeld)
		}
		after, err := c.end(ctx, tx, call, before, schemas.ChargeCaptured, "", schemas.ChargeHeld)
		if err == nil && after.status == schemas.ChargeCaptured {
			_, err = tx.Exec(ctx, chargePaid, call.MerchantID, call.Key)
		}
		return after, err
	})
}

// LookupCharge says what became of a charge or deposit. One that is due ends at this moment, pump or no pump.
func (c *Charges) LookupCharge(ctx context.Context, merchant, key string) (answer provider.ChargeAnswer, found bool, err error) {
	err = c.world.serve(ctx, visit{SystemPayments, "charge_lookup", key}, func(tx pgx.Tx, _ schemas.Code) error {
		if _, err := collect(ctx, tx, merchant, key); err != nil {
			return err
		}
		row, err := findCharge(ctx, tx, merchant, key)
		answer, found = row.answer(), row.status != ""
		return err
	})
	if err != nil || !found {
		return provider.ChargeAnswer{}, false, err
	}
	return answer, true, nil
}

// change serves one call about a key: what was due has happened first, and a key that was used for something else is refused.
func (c *Charges) change(ctx context.Context, operation string, kind schemas.ChargeKind, call provider.ChargeCall,
	do func(tx pgx.Tx, before chargeRow, told schemas.Code) (chargeRow, error),
) (provider.ChargeAnswer, error) {
	if err := call.Check(); err != nil {
		return provider.ChargeAnswer{}, err
	}
	var answer provider.ChargeAnswer
	err := c.world.serve(ctx, visit{SystemPayments, operation, call.Key}, func(tx pgx.Tx, told schemas.Code) error {
		// The method is locked first and held: two orders on one gift card are judged one after the other, and two with the
		// same key too.
		if _, err := tx.Exec(ctx, methodLock, call.MerchantID, call.Method); err != nil {
			return err
		}
		if _, err := collect(ctx, tx, call.MerchantID, call.Key); err != nil {
			return err
		}
		before, err := findCharge(ctx, tx, call.MerchantID, call.Key)
		if err != nil {
			return err
		}
		if before.status != "" && !before.sameAs(kind, call) {
			return provider.Never(provider.CodeKeyReused, "this key was used for another charge or deposit")
		}
		if before.status == "" {
			before.kind = kind
		}
		after, err := do(tx, before, told)
		answer = after.answer()
		return err
	})
	if err != nil {
		return provider.ChargeAnswer{}, err
	}
	return answer, nil
}

// take orders an amount, unless its key has one already that did not fail.
func (c *Charges) take(ctx context.Context, tx pgx.Tx, call provider.ChargeCall, before chargeRow, status schemas.ChargeStatus, told schemas.Code) (chargeRow, error) {
	if before.status != "" && before.status != schemas.ChargeFailed {
		return before, nil
	}
	if told == "" {
		var err error
		if told, err = mayPay(ctx, tx, call); err != nil {
			return chargeRow{}, err
		}
	}
	if told != "" {
		status = schemas.ChargeFailed
	}
	return c.write(ctx, tx, call, before.kind, status, told)
}

// end moves a charge to an end from one of the statuses it may be ended in. One that was never taken is written down as ended,
// so that an order that arrives late comes to nothing.
func (c *Charges) end(ctx context.Context, tx pgx.Tx, call provider.ChargeCall, before chargeRow, to schemas.ChargeStatus, code schemas.Code, from ...schemas.ChargeStatus) (chargeRow, error) {
	if before.status == "" {
		return c.write(ctx, tx, call, before.kind, to, code)
	}
	for _, f := range from {
		if before.status != f {
			continue
		}
		if _, err := tx.Exec(ctx, chargeTurn, call.MerchantID, call.Key, before.status, to, code); err != nil {
			return chargeRow{}, err
		}
		before.status, before.code = to, code
		break
	}
	return before, nil
}

func (c *Charges) write(ctx context.Context, tx pgx.Tx, call provider.ChargeCall, kind schemas.ChargeKind, status schemas.ChargeStatus, code schemas.Code) (chargeRow, error) {
	if _, err := tx.Exec(ctx, chargeWrite, call.MerchantID, call.Key, provider.Number("SBC", 32, call.MerchantID, call.Key), kind,
		call.OrderID, call.CustomerID, call.Method, call.Amount.Minor, call.Amount.Currency, status, code, orNull(call.Until),
		call.At, c.world.settleDelay/time.Microsecond); err != nil {
		return chargeRow{}, err
	}
	_, err := tx.Exec(ctx, wake)
	return chargeRow{amount: call.Amount, kind: kind, status: status, code: code}, err
}

// mayPay returns the code of a refusal, or "" where the customer's method can be charged with the amount.
func mayPay(ctx context.Context, tx pgx.Tx, call provider.ChargeCall) (schemas.Code, error) {
	var balance *int64
	var currency *string
	err := tx.QueryRow(ctx, methodSpend, call.MerchantID, call.Method, call.CustomerID, call.OrderID).Scan(&balance, &currency)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return schemas.CodeAccountClosed, nil
	case err != nil:
		return "", err
	case currency != nil && *currency != call.Amount.Currency:
		return schemas.CodeOtherCurrency, nil
	case balance != nil && *balance < call.Amount.Minor:
		return schemas.CodeBalance, nil
	}
	return "", nil
}

func findCharge(ctx context.Context, tx pgx.Tx, merchant, key string) (row chargeRow, err error) {
	err = tx.QueryRow(ctx, chargeFind, merchant, key).Scan(&row.kind, &row.orderID, &row.customerID, &row.method,
		&row.amount.Minor, &row.amount.Currency, &row.status, &row.code, &row.until)
	if errors.Is(err, pgx.ErrNoRows) {
		return chargeRow{}, nil
	}
	return row, err
}

// dueCharge is one charge that ends, or one deposit that becomes void, now. Its times are those at which it was due.
type dueCharge struct{ dueRefund }

// collect ends every accepted charge that is due, and voids every deposit for which that was told: one key, or all where key
// is empty. It returns how many it looked at. Each change is one transaction with the fact that tells of it.
func collect(ctx context.Context, tx pgx.Tx, merchant, key string) (int, error) {
	rows, err := tx.Query(ctx, chargesDue, merchant, key, settleBatch)
	if err != nil {
		return 0, err
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d dueCharge, err error) { return d, row.Scan(d.columns()...) })
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		if err := d.end(ctx, tx); err != nil {
			return 0, fmt.Errorf("end charge %s: %w", d.key, err)
		}
	}
	voided, err := void(ctx, tx, merchant, key)
	return len(due) + voided, err
}

// end lets one accepted charge succeed or fail, as the faults told for collecting will have it, or well. Refused with
// payment_expired, it has lapsed: the customer never paid, and cannot any more.
func (d dueCharge) end(ctx context.Context, tx pgx.Tx) error {
	fault, err := take(ctx, tx, SystemPayments, Collecting, d.key)
	if err != nil {
		return err
	}
	if fault.Mode == Slow {
		_, err := tx.Exec(ctx, chargePostpone, d.merchantID, d.key, fault.duration()/time.Microsecond)
		return err
	}
	fact, status, code := schemas.PaymentSuccess.Name, schemas.ChargeSucceeded, schemas.Code("")
	if fault.Mode == Refuse {
		fact, status, code = schemas.PaymentFailure.Name, schemas.ChargeFailed, schemas.Code(fault.Param)
		if code == schemas.CodeExpired {
			fact, status = schemas.PaymentLapsed.Name, schemas.ChargeLapsed
		}
	}
	if _, err := tx.Exec(ctx, chargeTurn, d.merchantID, d.key, schemas.ChargeAccepted, status, code); err != nil {
		return err
	}
	if status == schemas.ChargeSucceeded {
		if _, err := tx.Exec(ctx, chargePaid, d.merchantID, d.key); err != nil {
			return err
		}
	}
	copies := 1
	switch fault.Mode {
	case Lose:
		return nil
	case Twice:
		copies = 2
	case Slow, Fail, Refuse, Never, Reverse, "":
	}
	return d.tell(ctx, tx, fact, status, code, copies)
}

// void ends deposits for which it was told that the provider does not hold them any longer.
func void(ctx context.Context, tx pgx.Tx, merchant, key string) (voided int, err error) {
	for {
		var d dueCharge
		var faultID int64
		err := tx.QueryRow(ctx, voidDue, merchant, key).Scan(append(d.columns(), &faultID)...)
		if errors.Is(err, pgx.ErrNoRows) {
			return voided, nil
		}
		if err != nil {
			return voided, err
		}
		if _, err := tx.Exec(ctx, reversalUse, faultID); err != nil {
			return voided, err
		}
		if _, err := tx.Exec(ctx, chargeTurn, d.merchantID, d.key, schemas.ChargeHeld, schemas.ChargeReleased, schemas.CodeExpired); err != nil {
			return voided, err
		}
		if err := d.tell(ctx, tx, schemas.DepositVoided.Name, schemas.ChargeReleased, schemas.CodeExpired, 1); err != nil {
			return voided, err
		}
		voided++
	}
}

// tell puts the fact into the outbox. Its event id is made as a refund's is.
func (d dueCharge) tell(ctx context.Context, tx pgx.Tx, fact string, status schemas.ChargeStatus, code schemas.Code, copies int) error {
	body, err := json.Marshal(schemas.ChargeWord{ChargeID: d.key, Code: code, Amount: &d.amount})
	if err != nil {
		return err
	}
	eventID := fmt.Sprintf("%s-%d-%s", d.number, d.tries, status)
	_, err = tx.Exec(ctx, factInsert, eventID, fact, sourcePayments, body, d.occurredAt, d.occurredReally, copies)
	return err
}
