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
	//go:embed queries/charge_order.sql
	chargeOrder string
	//go:embed queries/charge_record.sql
	chargeRecord string
	//go:embed queries/charge_pays.sql
	chargePays string
)

// RecordCharge writes down the provider's word on a charge or deposit where chargeSteps allows it, and returns how it stands
// then. A word that comes too late to change anything changes nothing and is no error.
//
// What the customer has paid, a succeeded charge or a taken deposit, becomes a payment of the order in the same transaction: it
// can be refunded up to its amount. A word of another amount than was ordered is refused: a person has to look.
func (s *Store) RecordCharge(ctx context.Context, merchant string, word schemas.ChargeReceipt, at time.Time) (schemas.ChargeReceipt, error) {
	var receipt schemas.ChargeReceipt
	if _, known := chargeSteps[word.Status]; !known || word.Status == schemas.ChargeRequested {
		return receipt, refuse(schemas.CodeBadValue, "status", "%q is not a provider's word on a charge.", string(word.Status))
	}
	err := s.changeCharge(ctx, merchant, word.ChargeID, func(tx pgx.Tx, e ChargeEntry) error {
		if word.Amount != (schemas.Money{}) && word.Amount != e.Charge.Amount {
			return refuse(schemas.CodeBadAmount, "amount", "the provider speaks of %s, but %s was ordered.", word.Amount, e.Charge.Amount)
		}
		receipt = e.Receipt()
		again := e.Charge.Status == word.Status && word.Status == schemas.ChargeFailed && e.Charge.Code != word.Code // for another reason
		if !again && !chargeMayBecome(e.Charge.Status, word.Status) {
			return nil
		}
		if _, err := tx.Exec(ctx, chargeRecord, merchant, word.ChargeID, word.Status, word.Code, at); err != nil {
			if violated(err) == "charges_status_is_of_kind" {
				return refuse(schemas.CodeBadValue, "status", "%q is no word on a %s.", string(word.Status), string(e.Charge.Kind))
			}
			return err
		}
		receipt.Status, receipt.Code = word.Status, word.Code
		if !paid(word.Status) {
			return nil
		}
		_, err := tx.Exec(ctx, chargePays, merchant, word.ChargeID)
		return err
	})
	if err != nil {
		return schemas.ChargeReceipt{}, err
	}
	return receipt, nil
}

// changeCharge runs do on an entry while nobody else changes anything of its order.
func (s *Store) changeCharge(ctx context.Context, merchant, chargeID string, do func(tx pgx.Tx, e ChargeEntry) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var order string
		err := tx.QueryRow(ctx, chargeOrder, merchant, chargeID).Scan(&order)
		if errors.Is(err, pgx.ErrNoRows) {
			return unknownCharge(chargeID)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, orderLock, merchant, order); err != nil {
			return err
		}
		e, err := readCharge(ctx, tx, merchant, chargeID)
		if err != nil {
			return err
		}
		return do(tx, e)
	})
	if err != nil {
		return fmt.Errorf("change charge %s: %w", chargeID, err)
	}
	return nil
}
