package store

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/fact_route_parcel.sql
	factRouteParcel string
	//go:embed queries/fact_route_refund.sql
	factRouteRefund string
	//go:embed queries/fact_route_key.sql
	factRouteKey string
	//go:embed queries/refund_currency.sql
	refundCurrency string
	//go:embed queries/fact_put.sql
	factPut string
	//go:embed queries/fact_signalled.sql
	factSignalled string
)

// FactRoute says which case a fact is for.
type FactRoute struct {
	CaseID      string   // the case whose parcel, refund, charge or goods it is
	SuccessorID string   // set where that case has ended and another continues it: tell this one
	Also        []string // other open cases whose goods travel in the same parcel: tell them too
	Duplicate   bool     // the source sent it before and its case was told: nothing is left to do
	Unknown     bool     // no case knows the waybill or the refund; the fact is kept
	Late        bool     // its case has ended and none continues it; the fact is kept
}

// Tell lists the cases that should hear the fact.
func (r FactRoute) Tell() []string {
	switch {
	case r.Duplicate, r.Unknown, r.Late:
		return nil
	case r.SuccessorID != "":
		return append([]string{r.SuccessorID}, r.Also...)
	}
	return append([]string{r.CaseID}, r.Also...)
}

// RecordFact keeps what a machine reported and finds the case it is about: couriers know waybills and providers refund
// numbers, not case ids. It is kept once, however often it comes. A fact counts as a duplicate only when MarkFactSignalled
// has been called for it, so that a crash between recording and telling loses nothing.
func (s *Store) RecordFact(ctx context.Context, name string, in schemas.Report) (FactRoute, error) {
	if in.Source == "" || in.EventID == "" {
		return FactRoute{}, refuse(schemas.CodeMissingField, "event_id", "a fact names its source and the source's own id of it.")
	}
	if len(in.Source) > 200 || len(in.EventID) > 200 || strings.ContainsRune(in.Source+in.EventID, 0) {
		return FactRoute{}, refuse(schemas.CodeBadID, "event_id", "a source and its ids have at most 200 bytes each, none of them zero.")
	}
	if strings.HasPrefix(name, "external.") {
		return s.recordDispute(ctx, name, in)
	}
	sql, args, refusal := routeQuery(name, in.Body)
	if refusal != nil {
		return FactRoute{}, refusal
	}
	if err := s.sameCurrency(ctx, name, in.Body); err != nil {
		return FactRoute{}, err
	}
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return FactRoute{}, fmt.Errorf("find the case of fact %s of %s: %w", in.EventID, in.Source, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[factCase])
	if err != nil {
		return FactRoute{}, fmt.Errorf("find the case of fact %s of %s: %w", in.EventID, in.Source, err)
	}
	// No transaction holds the two together: until its case was told of it, a fact is routed anew each time it comes.
	route, verdict := routeTo(found)
	var merchant string
	var caseID *string
	if !route.Unknown {
		merchant, caseID = found[0].Merchant, &found[0].Now
	}
	if err := s.pool.QueryRow(ctx, factPut, in.Source, in.EventID, name, merchant, caseID, verdict, in.OccurredAt, in.ReceivedAt,
		in.Door, withoutNul(in.Body)).Scan(&route.Duplicate); err != nil {
		return FactRoute{}, fmt.Errorf("record fact %s of %s: %w", in.EventID, in.Source, err)
	}
	return route, nil
}

// sameCurrency refuses what a provider says of a refund in another currency than the refund's: it speaks of something else.
func (s *Store) sameCurrency(ctx context.Context, name string, body []byte) error {
	word, refusal := schemas.Decode[schemas.RefundWord](body)
	if !strings.HasPrefix(name, "refund.") || refusal != nil || word.Amount == nil {
		return nil // what is wrong with it is said where it is read
	}
	rows, err := s.pool.Query(ctx, refundCurrency, word.RefundID)
	if err != nil {
		return fmt.Errorf("look up refund %s: %w", word.RefundID, err)
	}
	currencies, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look up refund %s: %w", word.RefundID, err)
	}
	if len(currencies) > 0 && !slices.Contains(currencies, word.Amount.Currency) {
		return refuse(schemas.CodeOtherCurrency, "amount.currency", "this is in %.10q and refund %s in %q.", word.Amount.Currency, word.RefundID, currencies[0])
	}
	return nil
}

// MarkFactSignalled notes that every case a fact is for has been told.
func (s *Store) MarkFactSignalled(ctx context.Context, source, eventID string, at time.Time) error {
	tag, err := s.pool.Exec(ctx, factSignalled, source, eventID, at)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("mark fact %s of %s: %w", eventID, source, err)
	}
	return nil
}

// routeQuery chooses by what the fact can be found: the waybill or the refund number in its body, or a key of ours that names
// the case itself (case/step/sequence).
func routeQuery(name string, body []byte) (sql string, args []any, refusal *schemas.Refusal) {
	switch {
	case strings.HasPrefix(name, "parcel."), strings.HasPrefix(name, "goods."), strings.HasPrefix(name, "pickup."):
		word, refusal := schemas.Decode[schemas.ParcelWord](body)
		if refusal != nil {
			return "", nil, refusal
		}
		waybill := normalWaybill(word.Waybill)
		if waybill == "" || strings.ContainsRune(waybill+word.Carrier, 0) {
			return "", nil, refuse(schemas.CodeMissingField, "waybill", "a fact about a parcel names its waybill.")
		}
		return factRouteParcel, []any{waybill, normalCarrier(word.Carrier)}, nil
	case strings.HasPrefix(name, "refund."):
		word, refusal := schemas.Decode[schemas.RefundWord](body)
		if refusal != nil {
			return "", nil, refusal
		}
		if word.RefundID == "" || strings.ContainsRune(word.RefundID, 0) {
			return "", nil, refuse(schemas.CodeMissingField, "refund_id", "a fact about a refund names its number.")
		}
		if refusal := word.Check(); refusal != nil {
			return "", nil, refusal
		}
		return factRouteRefund, []any{word.RefundID}, nil
	case strings.HasPrefix(name, "payment."), strings.HasPrefix(name, "deposit."):
		return routeByKey(body, "charge_id", func(w schemas.ChargeWord) string { return w.ChargeID })
	case strings.HasPrefix(name, "stock."):
		return routeByKey(body, "key", func(w schemas.StockWord) string { return w.Key })
	case strings.HasPrefix(name, "replacement."):
		return routeByKey(body, "shipment_id", func(w schemas.ShipmentWord) string { return w.ShipmentID })
	}
	return "", nil, refuse(schemas.CodeUnknownName, "name", "%.80q is not a fact that finds its case by a waybill or a number of ours.", name)
}

// routeByKey reads the case off a derived key. A key that is not one of ours leads to no case.
func routeByKey[In any](body []byte, field string, keyOf func(In) string) (sql string, args []any, refusal *schemas.Refusal) {
	word, refusal := schemas.Decode[In](body)
	if refusal != nil {
		return "", nil, refusal
	}
	key := keyOf(word)
	if key == "" || strings.ContainsRune(key, 0) {
		return "", nil, refuse(schemas.CodeMissingField, field, "this fact names what it is about by its number.")
	}
	caseID, _, _ := strings.Cut(key, "/")
	return factRouteKey, []any{caseID}, nil
}

// factCase is one case that a waybill or refund number leads to.
type factCase struct {
	CaseID   string
	Now      string // where its story goes on
	Closed   bool   // and that has ended too
	Merchant string
	Exact    bool // the carrier matches as well
}

// routeTo reads the cases that were found, the likeliest first. The number alone decides where no carrier matches, because
// customers pick the wrong carrier from a list; where one does, equal numbers of other carriers are other parcels.
func routeTo(found []factCase) (FactRoute, string) {
	if len(found) == 0 {
		return FactRoute{Unknown: true}, "unknown"
	}
	first := found[0]
	route := FactRoute{CaseID: first.CaseID, Late: first.Closed}
	if first.Now != first.CaseID {
		route.SuccessorID = first.Now
	}
	if route.Late {
		return route, "late"
	}
	told := map[string]bool{first.Now: true}
	for _, c := range found[1:] {
		if c.Exact == first.Exact && c.Merchant == first.Merchant && !c.Closed && !told[c.Now] {
			told[c.Now] = true
			route.Also = append(route.Also, c.Now)
		}
	}
	return route, "routed"
}
