package activities

import (
	"context"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Lookups answer what only our own database knows: what other cases and customers have. They change nothing, so they may run as often
// as they like.
type Lookups struct{ store *store.Store }

// NewLookups takes the database that knows every case.
func NewLookups(s *store.Store) *Lookups { return &Lookups{store: s} }

// MayMerge says whether another case can take lines of this one.
func (l *Lookups) MayMerge(ctx context.Context, q schemas.MergeQuestion) (schemas.Judged, error) {
	refusal, err := l.store.MayMerge(ctx, q)
	return judged("look at case "+q.Into, refusal, err)
}

// KnowsMethod says whether the customer has a payment method.
func (l *Lookups) KnowsMethod(ctx context.Context, q schemas.MethodQuestion) (schemas.Judged, error) {
	refusal, err := l.store.KnowsMethod(ctx, q)
	return judged("look for the payment method "+q.Method, refusal, err)
}

// WaybillFree says whether no other customer's open case has the parcel.
func (l *Lookups) WaybillFree(ctx context.Context, q schemas.WaybillQuestion) (schemas.Judged, error) {
	refusal, err := l.store.WaybillFree(ctx, q)
	return judged("look for parcel "+q.Waybill, refusal, err)
}

func judged(doing string, refusal *schemas.Refusal, err error) (schemas.Judged, error) {
	if err != nil {
		return schemas.Judged{}, oursFailed(doing, err)
	}
	return schemas.Judged{Refusal: refusal}, nil
}
