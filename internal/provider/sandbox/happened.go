package sandbox

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

var (
	movementInsert = query("movement_insert")
	parcelAnyNamed = query("parcel_any_named")
	parcelMove     = query("parcel_move")
)

// reached says how far a parcel is once a fact is true. A parcel's status never goes back: carriers report twice, late and
// out of order, and a delivery stands against a loss that was reported before it was found. Only a refusal follows a delivery.
var reached = map[string]schemas.ParcelStatus{
	schemas.ParcelScanned.Name:   schemas.ParcelMoving,
	schemas.ParcelException.Name: schemas.ParcelMoving,
	schemas.ParcelLoss.Name:      schemas.ParcelLost,
	schemas.ParcelDamage.Name:    schemas.ParcelDamaged,
	schemas.ParcelDeliver.Name:   schemas.ParcelDelivered,
	schemas.GoodsReceived.Name:   schemas.ParcelDelivered, // what the warehouse has in hand was delivered, whatever the carrier forgot
	schemas.ParcelRefusal.Name:   schemas.ParcelRefused,
	schemas.ParcelReturns.Name:   schemas.ParcelRefused,
}

// Happened tells the carrier what its parcel did, before the fact is sent to us, so that a trace agrees with it. The same
// report twice is one movement, and the order of reports does not matter. A fact that is no parcel's changes nothing.
//
// Errors: a body that is no ParcelWord, or names no waybill, is a *schemas.Refusal; else what provider.Classify says.
func (c *Courier) Happened(ctx context.Context, fact string, report schemas.Report) error {
	status, ours := reached[fact]
	if !ours {
		return nil
	}
	word, refusal := schemas.Decode[schemas.ParcelWord](report.Body)
	if refusal != nil {
		return refusal
	}
	if word.Waybill == "" {
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "waybill", Message: "a parcel is known by its waybill."}
	}
	if report.Source == "" || report.EventID == "" {
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "event_id", Message: "a report needs its source and its event id."}
	}
	return c.world.inTx(ctx, func(tx pgx.Tx) error {
		carrier, err := carrierOf(ctx, tx, word)
		if err != nil {
			return err
		}
		booked, err := tx.Exec(ctx, movementInsert, report.Source, report.EventID, carrier, word.Waybill, fact, word.Code, word.Place, report.OccurredAt)
		if err != nil || booked.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, parcelMove, carrier, word.Waybill, status, report.OccurredAt, fact == schemas.ParcelScanned.Name)
		return err
	})
}

// carrierOf finds the parcel a report means, or enters it. A report need not name the carrier: then it means the one parcel
// with this waybill; were there several, nobody could say which.
func carrierOf(ctx context.Context, tx pgx.Tx, word schemas.ParcelWord) (string, error) {
	if word.Carrier != "" {
		return word.Carrier, nameParcel(ctx, tx, word.Carrier, word.Waybill)
	}
	rows, err := tx.Query(ctx, parcelAnyNamed, word.Waybill)
	if err != nil {
		return "", err
	}
	carriers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	switch len(carriers) {
	case 0:
		return "", nameParcel(ctx, tx, "", word.Waybill)
	case 1:
		return carriers[0], nil
	}
	return "", provider.Never(schemas.CodeMissingField, fmt.Sprintf("%d carriers have a parcel with this waybill; the report must name one", len(carriers)))
}
