package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// Courier is the carrier of the sandbox. Its parcels move when it is told so (Happened), never by themselves.
type Courier struct{ world *World }

var _ provider.Courier = (*Courier)(nil)

// ownCarrier is the carrier of a label for which none was named; otherCarrier comes where that one did not.
const (
	ownCarrier   = "sandbox"
	otherCarrier = "sandbox-other"
)

var (
	bookingFind   = query("booking_find")
	bookingInsert = query("booking_insert")
	parcelName    = query("parcel_name")
	parcelInsert  = query("parcel_insert")
	parcelFind    = query("parcel_find")
)

// Label books the way back to the merchant.
func (c *Courier) Label(ctx context.Context, call provider.ParcelCall) (provider.Shipment, error) {
	return c.ship(ctx, "label", call)
}

// SendBack books the way to the customer.
func (c *Courier) SendBack(ctx context.Context, call provider.ParcelCall) (provider.Shipment, error) {
	return c.ship(ctx, "send_back", call)
}

// ship books a parcel whose waybill and label are made here, from the key by a fixed rule.
func (c *Courier) ship(ctx context.Context, operation string, call provider.ParcelCall) (provider.Shipment, error) {
	if call.Carrier == "" {
		call.Carrier = ownCarrier
		if slices.Contains(call.Avoid, ownCarrier) && !slices.Contains(call.Avoid, otherCarrier) {
			call.Carrier = otherCarrier
		}
	}
	call.Waybill = provider.Number("SB", 22, call.MerchantID, call.Key)
	return c.book(ctx, operation, call, provider.Number("LB", 22, call.MerchantID, call.Key))
}

// Register books a waybill the customer gave. What the carrier was told of it before is in the answer.
func (c *Courier) Register(ctx context.Context, call provider.ParcelCall) (provider.Shipment, error) {
	if call.Waybill == "" {
		return provider.Shipment{}, provider.Never(schemas.CodeMissingField, "registering a parcel needs its waybill")
	}
	return c.book(ctx, "register", call, "")
}

// asked is what makes two calls with one key the same call. When they ask does not matter.
type asked struct {
	Operation  string             `json:"operation"`
	OrderID    string             `json:"order_id"`
	CustomerID string             `json:"customer_id"`
	Direction  schemas.Direction  `json:"direction"`
	Carrier    string             `json:"carrier"`
	Waybill    string             `json:"waybill"`
	Lines      []schemas.PickLine `json:"lines"`
	PaidBy     schemas.Turn       `json:"paid_by"`
}

func (c *Courier) book(ctx context.Context, operation string, call provider.ParcelCall, label string) (provider.Shipment, error) {
	if call.Key == "" || call.MerchantID == "" {
		return provider.Shipment{}, provider.Never(schemas.CodeMissingField, "a parcel needs its key and its merchant")
	}
	params, err := json.Marshal(asked{operation, call.OrderID, call.CustomerID, call.Direction, call.Carrier, call.Waybill, call.Lines, call.PaidBy})
	if err != nil {
		return provider.Shipment{}, err
	}
	var shipment provider.Shipment
	err = c.world.serve(ctx, visit{SystemCourier, operation, call.Key}, func(tx pgx.Tx, told schemas.Code) error {
		var same bool
		err := tx.QueryRow(ctx, bookingFind, call.MerchantID, call.Key, params).Scan(append(columns(&shipment), &same)...)
		switch {
		case err == nil && same:
			return nil
		case err == nil:
			return provider.Never(provider.CodeKeyReused, "this parcel key was used for another parcel")
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		case told != "":
			return provider.Never(told, "the carrier does not take this parcel")
		}
		if err := nameParcel(ctx, tx, call.Carrier, call.Waybill); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, bookingInsert, call.MerchantID, call.Key, operation, call.OrderID, call.CustomerID,
			call.Direction, call.Carrier, call.Waybill, params, label, call.PaidBy, call.At); err != nil {
			return err
		}
		return tx.QueryRow(ctx, bookingFind, call.MerchantID, call.Key, params).Scan(append(columns(&shipment), &same)...)
	})
	if err != nil {
		return provider.Shipment{}, err
	}
	inUTC(shipment.ScannedAt, shipment.DeliveredAt, shipment.MovedAt)
	return shipment, nil
}

func columns(s *provider.Shipment) []any {
	return []any{&s.Carrier, &s.Waybill, &s.Label, &s.Status, &s.ScannedAt, &s.DeliveredAt, &s.MovedAt}
}

// nameParcel makes sure the parcel is in the books under its carrier. One that moved before anybody named its carrier gets it now.
func nameParcel(ctx context.Context, tx pgx.Tx, carrier, waybill string) error {
	if carrier != "" {
		if _, err := tx.Exec(ctx, parcelName, carrier, waybill); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, parcelInsert, carrier, waybill)
	return err
}

// Trace answers from the books. A parcel nobody has booked, registered or moved is not known.
func (c *Courier) Trace(ctx context.Context, call provider.TraceCall) (schemas.TraceAnswer, error) {
	var answer schemas.TraceAnswer
	err := c.world.serve(ctx, visit{SystemCourier, "trace", call.Waybill}, func(tx pgx.Tx, _ schemas.Code) error {
		err := tx.QueryRow(ctx, parcelFind, call.Carrier, call.Waybill).Scan(&answer.Status, &answer.MovedAt)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		answer.Known = err == nil
		return err
	})
	if err != nil {
		return schemas.TraceAnswer{}, err
	}
	inUTC(answer.MovedAt)
	return answer, nil
}

// inUTC makes times from the database read the same on every machine.
func inUTC(times ...*time.Time) {
	for _, t := range times {
		if t != nil {
			*t = t.UTC()
		}
	}
}
