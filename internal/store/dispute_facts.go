package store

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/dispute_order.sql
	disputeOrder string
	//go:embed queries/fact_route_order.sql
	factRouteOrder string
)

// disputeStatus is what a fact makes of a dispute.
func disputeStatus(name string, w schemas.ExternalWord) schemas.DisputeStatus {
	switch {
	case w.Answered:
		return schemas.DisputeAnswered
	case name != schemas.ExternalDecided.Name:
		return schemas.DisputeOpen
	case w.Decision == "":
		return schemas.DisputeClosed
	}
	return w.Decision
}

// recordDispute keeps a word about a dispute, and in the same transaction keeps its money: from this moment no refund can have it,
// whether or not a case has heard of it. Every open case of the order hears it, because they share what the order holds.
//
// A dispute of an order that no open case is about is kept all the same, and can be answered: `starter disputes` lists it.
func (s *Store) recordDispute(ctx context.Context, name string, in schemas.Report) (FactRoute, error) {
	w, refusal := schemas.Decode[schemas.ExternalWord](in.Body)
	if refusal == nil {
		refusal = w.Check()
	}
	if refusal == nil && name == schemas.ExternalOpened.Name && w.Kind == schemas.Chargeback && w.Amount == nil {
		refusal = refuse(schemas.CodeMissingField, "amount", "a chargeback says how much the bank takes back.")
	}
	if refusal == nil && w.AnsweredIn != "" {
		refusal = refuse(schemas.CodeBadValue, "answered_in", "only a case says that it has answered; leave it out.")
	}
	if refusal == nil && w.Answered && name != schemas.ExternalUpdated.Name {
		refusal = refuse(schemas.CodeBadValue, "answered", "that a dispute was answered elsewhere is said by the fact external.updated; leave it out here.")
	}
	if refusal != nil {
		return FactRoute{}, refusal
	}
	var route FactRoute
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		merchant, order, err := orderOf(ctx, tx, w)
		if err != nil {
			return err
		}
		verdict := "unknown"
		route = FactRoute{Unknown: true}
		if order != "" {
			if err := bookWord(ctx, tx, name, in, w, merchant, order); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, factRouteOrder, merchant, order, w.RefundID)
			if err != nil {
				return err
			}
			found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[factCase])
			if err != nil {
				return err
			}
			route, verdict = routeTo(found)
		}
		var caseID *string
		if !route.Unknown {
			caseID = &route.CaseID
			if route.SuccessorID != "" {
				caseID = &route.SuccessorID
			}
		}
		return tx.QueryRow(ctx, factPut, in.Source, in.EventID, name, merchant, caseID, verdict, in.OccurredAt, in.ReceivedAt, in.Door, withoutNul(in.Body)).
			Scan(&route.Duplicate)
	})
	if err != nil {
		return FactRoute{}, fmt.Errorf("record fact %s of %s: %w", in.EventID, in.Source, err)
	}
	return route, nil
}

// orderOf finds the one order a dispute is about. Where two could be meant, none is: money is not kept on a guess.
func orderOf(ctx context.Context, tx pgx.Tx, w schemas.ExternalWord) (merchant, order string, err error) {
	rows, err := tx.Query(ctx, disputeOrder, w.RefundID, w.PaymentID, w.OrderID, w.MerchantID, w.DisputeID)
	if err != nil {
		return "", "", err
	}
	found := 0
	_, err = pgx.ForEachRow(rows, []any{&merchant, &order}, func() error { found++; return nil })
	if err != nil || found != 1 {
		return "", "", err
	}
	return merchant, order, nil
}

func bookWord(ctx context.Context, tx pgx.Tx, name string, in schemas.Report, w schemas.ExternalWord, merchant, order string) error {
	d := schemas.Dispute{
		DisputeID: w.DisputeID, Kind: w.Kind, Status: disputeStatus(name, w), PaymentID: w.PaymentID, RefundID: w.RefundID, Reason: w.Reason,
		OpenedAt: in.OccurredAt, DueAt: w.DueAt, Heard: in.OccurredAt,
	}
	if w.Amount != nil {
		d.Amount = *w.Amount
	}
	if name == schemas.ExternalUpdated.Name && (w.DueAt == nil || w.Answered) {
		// It says nothing of how the dispute stands, or that nothing is to be done about one that is open.
		known, err := readDispute(ctx, tx, merchant, w.DisputeID)
		if err == nil && (!w.Answered || known.Dispute.Status.Over()) {
			d.Status = known.Dispute.Status
		}
		if err == nil && w.DueAt == nil {
			d.DueAt = known.Dispute.DueAt
		}
	}
	_, err := bookDispute(ctx, tx, schemas.DisputeOrder{MerchantID: merchant, OrderID: order, Dispute: d, Takes: w.TakesMoney(), At: in.OccurredAt})
	if err == nil && w.Answered {
		_, err = tx.Exec(ctx, disputeTold, merchant, w.DisputeID, in.OccurredAt, false) // whoever has answered it knows of it
	}
	return err
}
