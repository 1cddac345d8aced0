package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/method_known.sql
	methodKnown string
	//go:embed queries/waybill_taken.sql
	waybillTaken string
)

// MayMerge says what keeps lines from being merged into another case, or nil, by that case's row.
func (s *Store) MayMerge(ctx context.Context, q schemas.MergeQuestion) (*schemas.Refusal, error) {
	into, err := s.CaseRow(ctx, q.Into)
	if errors.Is(err, ErrNotFound) {
		return refuse(schemas.CodeUnknownCase, "into", "there is no case %.140s to merge into.", q.Into), nil
	}
	if err != nil {
		return nil, err
	}
	return q.Judge(into), nil
}

// KnowsMethod says that a customer does not have a payment method, or nil: one of the customer's own, or one the order was paid with.
func (s *Store) KnowsMethod(ctx context.Context, q schemas.MethodQuestion) (*schemas.Refusal, error) {
	var known bool
	if err := s.pool.QueryRow(ctx, methodKnown, q.MerchantID, q.CustomerID, q.OrderID, q.Method).Scan(&known); err != nil {
		return nil, fmt.Errorf("look for the payment method %s: %w", q.Method, err)
	}
	if !known {
		return refuse(schemas.CodeBadValue, "method", "this customer has no payment method %.64q; have it imported first, or pay by hand with proof.", q.Method), nil
	}
	return nil, nil
}

// WaybillFree says that a parcel is in an open case of another customer of this merchant, or nil. A customer's own cases may share one.
func (s *Store) WaybillFree(ctx context.Context, q schemas.WaybillQuestion) (*schemas.Refusal, error) {
	var taken bool
	if err := s.pool.QueryRow(ctx, waybillTaken, q.MerchantID, normalWaybill(q.Waybill), q.CustomerID, q.CaseID).Scan(&taken); err != nil {
		return nil, fmt.Errorf("look for the parcel %s: %w", q.Waybill, err)
	}
	if taken {
		return refuse(schemas.CodeAlreadyDone, "waybill", "parcel %.64s is another customer's; check the number.", q.Waybill), nil
	}
	return nil, nil
}
