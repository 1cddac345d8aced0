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
	//go:embed queries/charge_put.sql
	chargePut string
	//go:embed queries/charge_ask.sql
	chargeAsk string
	//go:embed queries/charge_lines.sql
	chargeLines string
)

// WriteCharge writes a charge or deposit into the ledger before any provider is asked. It returns how it stands, and whether
// the provider may have heard of it before: asked means that the next step is to look it up.
//
// The number makes it once. The same number with the same content changes nothing, whatever became of the charge since; with
// another content it is refused, because two amounts under one number cannot be told apart at the provider.
func (s *Store) WriteCharge(ctx context.Context, in schemas.ChargeOrder) (receipt schemas.ChargeReceipt, asked bool, err error) {
	if refusal := checkCharge(in); refusal != nil {
		return receipt, false, refusal
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, orderLock, in.MerchantID, in.OrderID); err != nil {
			return fmt.Errorf("lock order: %w", err)
		}
		entry, err := readCharge(ctx, tx, in.MerchantID, in.Charge.ChargeID)
		if err == nil {
			receipt, asked = entry.Receipt(), entry.AskedAt != nil
			return sameCharge(entry, in)
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		receipt = schemas.ChargeReceipt{ChargeID: in.Charge.ChargeID, Status: schemas.ChargeRequested, Amount: in.Charge.Amount}
		return putCharge(ctx, tx, in)
	})
	if err != nil {
		return schemas.ChargeReceipt{}, false, fmt.Errorf("write charge %s: %w", in.Charge.ChargeID, err)
	}
	return receipt, asked, nil
}

func checkCharge(in schemas.ChargeOrder) *schemas.Refusal {
	c := in.Charge
	switch {
	case c.ChargeID == "":
		return refuse(schemas.CodeMissingField, "charge.charge_id", "a charge has a number.")
	case !strings.HasPrefix(c.ChargeID, in.CaseID+"/") || merchantOf(in.CaseID) != in.MerchantID:
		// The number leads facts to the case, and must not be one that the shop gives to a payment of its own.
		return refuse(schemas.CodeBadID, "charge.charge_id", "%.80q is not a number of a charge of case %.80q.", c.ChargeID, in.CaseID)
	case c.Kind != schemas.ChargeDifference && c.Kind != schemas.ChargeDeposit:
		return refuse(schemas.CodeBadValue, "charge.kind", "%.40q is neither a difference nor a deposit.", string(c.Kind))
	case c.Method == "":
		return refuse(schemas.CodeMissingField, "charge.method", "a charge names the method it is paid with.")
	case c.Amount.Minor <= 0 || c.Amount.Minor > maxMinor:
		return refuse(schemas.CodeBadAmount, "charge.amount", "%d is not an amount to charge.", c.Amount.Minor)
	}
	return nil
}

func sameCharge(e ChargeEntry, in schemas.ChargeOrder) error {
	if e.CaseID != in.CaseID || e.OrderID != in.OrderID || e.CustomerID != in.CustomerID || e.Charge.Kind != in.Charge.Kind ||
		e.Charge.Method != in.Charge.Method || e.Charge.Amount != in.Charge.Amount || !slices.Equal(e.Charge.Lines, linesOfCharge(in)) {
		return refuse(schemas.CodeBadValue, "charge.charge_id", "this number stands in the ledger for another charge (%s with %s); use a new number.", e.Charge.Amount, e.Charge.Method)
	}
	return nil
}

// linesOfCharge names each line once, in one order.
func linesOfCharge(in schemas.ChargeOrder) []string {
	lines := append([]string{}, in.Charge.Lines...)
	slices.Sort(lines)
	return slices.Compact(lines)
}

func putCharge(ctx context.Context, tx pgx.Tx, in schemas.ChargeOrder) error {
	c := in.Charge
	var currency string
	err := tx.QueryRow(ctx, orderCurrency, in.MerchantID, in.OrderID).Scan(&currency)
	if errors.Is(err, pgx.ErrNoRows) {
		return UnknownOrder()
	}
	if err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	if currency != c.Amount.Currency {
		return refuse(schemas.CodeOtherCurrency, "charge.amount", "the order was paid in %s and this charge is in %q.", currency, c.Amount.Currency)
	}
	var until *time.Time
	if !in.Until.IsZero() {
		until = &in.Until
	}
	_, err = tx.Exec(ctx, chargePut, in.MerchantID, c.ChargeID, in.CaseID, in.OrderID, in.CustomerID, c.Kind, c.Method, c.Amount.Minor,
		c.Amount.Currency, linesOfCharge(in), until, in.At)
	return err
}

// MarkChargeAsked writes down that the provider is about to be asked, before it is: after a crash the charge is then looked up
// instead of ordered again. One that failed or is unknown becomes requested again under its number.
func (s *Store) MarkChargeAsked(ctx context.Context, merchant, chargeID string, at time.Time) error {
	return s.changeCharge(ctx, merchant, chargeID, func(tx pgx.Tx, e ChargeEntry) error {
		if e.Charge.Status != schemas.ChargeRequested && !chargeMayBecome(e.Charge.Status, schemas.ChargeRequested) {
			return refuse(schemas.CodeAlreadyDone, "charge_id", "this charge is %s; it is not asked for again.", e.Charge.Status)
		}
		_, err := tx.Exec(ctx, chargeAsk, merchant, chargeID, at)
		return err
	})
}

// chargedFor refuses a refund out of a charge for a line that the charge was not paid for: the cap of that line does not
// count it.
func chargedFor(ctx context.Context, tx pgx.Tx, in schemas.RefundOrder) error {
	var lines []string
	err := tx.QueryRow(ctx, chargeLines, in.MerchantID, in.OrderID, in.Refund.PaymentID).Scan(&lines)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read charge %s: %w", in.Refund.PaymentID, err)
	}
	for i, share := range in.Refund.Shares {
		if len(lines) > 0 && !slices.Contains(lines, share.LineID) {
			return refuse(schemas.CodeBadValue, fmt.Sprintf("refund.shares[%d]", i), "%s was not paid for line %s.", in.Refund.PaymentID, share.LineID)
		}
	}
	return nil
}
