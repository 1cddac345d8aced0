package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/activity"

	"github.com/aftercare/aftercare/schemas"
)

// recordUnrecorded gives a first row to cases whose workflow was ended from outside before it had written one: while no worker ran, or while our
// database was away. Only Temporal knows of their requests until then, and that for the days it keeps what has ended.
func (s *Sweep) recordUnrecorded(ctx context.Context) error {
	const page = 500
	var ids []string
	for caseID, err := range s.engine.Dead(ctx) {
		if err != nil {
			return err
		}
		if ids = append(ids, caseID); len(ids) < page {
			continue
		}
		if err := s.record(ctx, ids); err != nil {
			return err
		}
		if ids = ids[:0]; activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx, "without a row")
		}
	}
	return s.record(ctx, ids)
}

// record writes the first row of those of the given cases that have none and are dead.
func (s *Sweep) record(ctx context.Context, caseIDs []string) error {
	without, err := s.store.Unrecorded(ctx, caseIDs)
	if err != nil {
		return err
	}
	for _, caseID := range without {
		fate, err := s.engine.Fate(ctx, caseID)
		if err != nil {
			return err
		}
		if fate.Lost == nil || fate.Lost.How == schemas.Deleted {
			continue // it runs, has ended by itself, or nobody knows of it any more
		}
		first, err := s.firstFlush(ctx, fate)
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) {
			continue // it was deleted in this moment
		}
		if err != nil {
			return err
		}
		if first.Row.MerchantID == "" {
			continue // not a request: whoever started it was told so by nobody, and there is no merchant whose row it could be
		}
		if _, err := s.store.WriteFlush(ctx, first); err != nil {
			return err
		}
	}
	return nil
}

// firstFlush is what a case would have written in its first task: that it was opened, and nothing more.
func (s *Sweep) firstFlush(ctx context.Context, fate schemas.Fate) (schemas.Flush, error) {
	opening, at, err := s.engine.Opened(ctx, fate.CaseID)
	if err != nil {
		return schemas.Flush{}, err
	}
	r := opening.Request
	if schemas.CaseID(r.MerchantID, r.RequestID) != fate.CaseID && opening.Predecessor == nil || r.Check() != nil {
		return schemas.Flush{}, nil
	}
	row := schemas.View{
		CaseID: fate.CaseID, RequestID: r.RequestID, Kind: r.Kind, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID,
		Channel: r.Channel, Reason: r.Reason, RefundOnly: r.RefundOnly, Requested: r.Lines, EvidenceIDs: append([]string{}, r.EvidenceIDs...),
		Stage: schemas.StageIntake, State: schemas.Submitted, Priority: schemas.P2, Level: 1, Turn: schemas.TurnSystem,
		Now: at, Revision: 1, OpenedAt: at, Policy: opening.Policy,
		Money: schemas.Accounts{Entries: []schemas.Refund{}}, Lines: []schemas.Line{}, Parcels: []schemas.Parcel{}, Clocks: []schemas.Clock{},
		Approvals: []schemas.Approval{}, Work: []schemas.Work{}, Messages: []schemas.Posted{}, Allowed: []schemas.Permit{},
	}
	if p := opening.Predecessor; p != nil {
		row.PredecessorID, row.Continues, row.FirstReceivedAt = p.CaseID, p.Why, p.FirstReceivedAt
	}
	opened := schemas.Event{
		Revision: 1, At: at, Name: schemas.EventOpened, Actor: schemas.System, Door: schemas.DoorSystem, State: schemas.Submitted,
		Message: fmt.Sprintf("Opened for order %s, %d line(s), reason %s, and ended from outside before anything was done.", r.OrderID, len(r.Lines), r.Reason),
		Data:    map[string]string{"channel": string(r.Channel), "settle_with": r.SettleWith},
	}
	return schemas.Flush{CaseID: fate.CaseID, RunID: fate.RunID, RunStartedAt: at, Events: []schemas.Event{opened}, Row: row}, nil
}
