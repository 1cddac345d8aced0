package app

import (
	"context"
	"errors"

	"github.com/aftercare/aftercare/activities"
	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// records shows the store to the client in the client's own words.
type records struct{ *store.Store }

var _ cases.Records = records{}

// Records is what a cases.Client needs of the store.
func Records(s *store.Store) cases.Records { return records{s} }

func (r records) RecordFact(ctx context.Context, name string, report schemas.Report) (tell []string, duplicate, unknown, late bool, err error) {
	route, err := r.Store.RecordFact(ctx, name, report)
	if err != nil {
		return nil, false, false, false, err
	}
	return route.Tell(), route.Duplicate, route.Unknown, route.Late, nil
}

// ledger shows the store to the activities as the book of money they need.
type ledger struct{ *store.Store }

var (
	_ activities.Ledger       = ledger{}
	_ activities.ChargeLedger = ledger{}
)

func (l ledger) Refund(ctx context.Context, merchant, refundID string) (schemas.RefundReceipt, error) {
	entry, err := l.Store.Refund(ctx, merchant, refundID)
	if errors.Is(err, store.ErrNotFound) {
		return schemas.RefundReceipt{}, &schemas.Refusal{Code: schemas.CodeUnknownRefund, Message: "the ledger has no refund " + refundID + "."}
	}
	if err != nil {
		return schemas.RefundReceipt{}, err
	}
	return entry.Receipt(), nil
}

func (l ledger) ChargeOrder(ctx context.Context, merchant, chargeID string) (schemas.ChargeOrder, error) {
	entry, err := l.Store.Charge(ctx, merchant, chargeID)
	if errors.Is(err, store.ErrNotFound) {
		return schemas.ChargeOrder{}, &schemas.Refusal{Code: schemas.CodeUnknownCharge, Message: "the ledger has no charge " + chargeID + "."}
	}
	if err != nil {
		return schemas.ChargeOrder{}, err
	}
	order := schemas.ChargeOrder{
		CaseID: entry.CaseID, MerchantID: entry.MerchantID, OrderID: entry.OrderID, CustomerID: entry.CustomerID,
		Charge: entry.Charge, At: entry.WrittenAt,
	}
	if entry.Until != nil {
		order.Until = *entry.Until
	}
	return order, nil
}
