package store

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/case_put.sql
	casePut string
	//go:embed queries/case_turn_away.sql
	caseTurnAway string
	//go:embed queries/case_rebuild.sql
	caseRebuild string
	//go:embed queries/events_drop_tail.sql
	eventsDropTail string
	//go:embed queries/events_put.sql
	eventsPut string
	//go:embed queries/parcels_drop.sql
	parcelsDrop string
	//go:embed queries/parcels_put.sql
	parcelsPut string
	//go:embed queries/case_notify.sql
	caseNotify string
)

// WriteFlush writes the events of one workflow task and the row after it, in one transaction and one round trip.
//
// The fence is (run_started_at, history_length), and between attempts of one task, which see the same history, when they began. A flush older than
// the stored one writes nothing and is told so: a worker that was stopped in the middle of a task may wake up after another has done it. An equal
// or newer one replaces every event above its base, because those belong to a task that Temporal never accepted, and the
// events up to its base count as confirmed. All statements but the first look at whether the first one wrote; the batch is
// one implicit transaction, and each statement sees what an overlapping flush committed before it.
//
// A row that is closed is not opened again by a run that knows nothing of what came before (base 0): that is a foreign
// client's second start of an ended case, which finds the old answer at its intake. It is told Stale, with everything that
// it may still write until then, and the archive stays. A reset of the case itself goes on from a revision, and may.
func (s *Store) WriteFlush(ctx context.Context, f schemas.Flush) (schemas.Written, error) {
	if refusal := checkFlush(f); refusal != nil {
		return schemas.Written{}, refusal
	}
	f.Row.MerchantID = merchantOf(f.CaseID)
	row, err := rowOf(f.Row)
	if err != nil {
		return schemas.Written{}, err
	}
	batch := &pgx.Batch{}
	batch.Queue(casePut, row, f.RunID, f.RunStartedAt, f.HistoryLength, f.Base)
	if err := queueRest(batch, f.Row, f.Base, f.Events); err != nil {
		return schemas.Written{}, err
	}
	wrote, err := s.sendRow(ctx, batch)
	if err != nil {
		return schemas.Written{}, fmt.Errorf("write row of %s: %w", f.CaseID, err)
	}
	if !wrote && f.Base == 0 {
		if _, err := s.pool.Exec(ctx, caseTurnAway, f.CaseID, f.RunID); err != nil {
			return schemas.Written{}, fmt.Errorf("turn away a run of %s: %w", f.CaseID, err)
		}
	}
	return schemas.Written{Stale: !wrote}, nil
}

// ReplaceRow writes a case as its workflow answers it now, for `starter rebuild`. It only goes forward: where the stored row
// has a higher revision nothing is written, and wrote is false. The next flush of the case supersedes it.
func (s *Store) ReplaceRow(ctx context.Context, v schemas.View) (wrote bool, err error) {
	base := v.Revision
	if len(v.Events) > 0 {
		base = v.Events[0].Revision - 1 // a workflow may have dropped its oldest events; the stored ones are kept
	}
	if refusal := checkFlush(schemas.Flush{CaseID: v.CaseID, Base: base, Events: v.Events, Row: v}); refusal != nil {
		return false, refusal
	}
	v.MerchantID = merchantOf(v.CaseID)
	row, err := rowOf(v)
	if err != nil {
		return false, err
	}
	batch := &pgx.Batch{}
	batch.Queue(caseRebuild, row)
	if err := queueRest(batch, v, base, v.Events); err != nil {
		return false, err
	}
	wrote, err = s.sendRow(ctx, batch)
	if err != nil {
		return false, fmt.Errorf("rebuild row of %s: %w", v.CaseID, err)
	}
	return wrote, nil
}

// checkFlush keeps holes out of the archive: the events are those from the base to the row's revision, none left out.
func checkFlush(f schemas.Flush) *schemas.Refusal {
	switch {
	case f.CaseID == "" || f.CaseID != f.Row.CaseID:
		return refuse(schemas.CodeBadID, "case_id", "the row is of case %.80q and the write of %.80q.", f.Row.CaseID, f.CaseID)
	case f.Base < 0 || f.Row.Revision != f.Base+int64(len(f.Events)):
		return refuse(schemas.CodeBadValue, "events", "%d events above revision %d do not lead to revision %d.", len(f.Events), f.Base, f.Row.Revision)
	}
	for i, e := range f.Events {
		if e.Revision != f.Base+int64(i)+1 {
			return refuse(schemas.CodeBadValue, fmt.Sprintf("events[%d].revision", i), "%d stands where %d is next.", e.Revision, f.Base+int64(i)+1)
		}
	}
	return nil
}

// merchantOf says whose case it is: the id alone decides that. A case that a foreign client started under an id of another
// form, or for another merchant than its id names, must not show up among that merchant's cases.
func merchantOf(caseID string) string {
	merchant, _, _, _ := schemas.SplitCaseID(caseID)
	return merchant
}

func rowOf(v schemas.View) ([]byte, error) {
	v.Events = nil // they have a table of their own
	return jsonb(v)
}

// queueRest adds everything that depends on the row having been written, which is so where it is this transaction's. Each statement asks for that
// in so many words: a function of the database that looks (row_is_of, which older workers call) is planned anew at every call, and that was half of
// what a flush cost.
func queueRest(batch *pgx.Batch, v schemas.View, base int64, events []schemas.Event) error {
	parcels := parcelColumns(v.Parcels)
	bodies := make([]json.RawMessage, 0, len(events))
	for _, e := range events {
		body, err := jsonb(e)
		if err != nil {
			return err
		}
		bodies = append(bodies, body)
	}
	list, err := json.Marshal(bodies)
	if err != nil {
		return err
	}
	batch.Queue(eventsDropTail, v.CaseID, base)
	if len(events) > 0 {
		batch.Queue(eventsPut, v.CaseID, v.MerchantID, list)
	}
	batch.Queue(parcelsDrop, v.CaseID, parcels.carriers, parcels.waybills)
	if len(v.Parcels) > 0 {
		batch.Queue(parcelsPut, v.CaseID, v.MerchantID,
			parcels.carriers, parcels.waybills, parcels.directions, parcels.statuses)
	}
	batch.Queue(caseNotify, v.CaseID, v.Revision)
	return nil
}

// sendRow sends a batch whose first statement returns a row if it wrote.
func (s *Store) sendRow(ctx context.Context, batch *pgx.Batch) (wrote bool, err error) {
	results := s.pool.SendBatch(ctx, batch)
	err = results.QueryRow().Scan(&wrote)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return wrote, errors.Join(err, results.Close())
}

// parcelList are the columns of a case's parcels.
type parcelList struct{ carriers, waybills, directions, statuses []string }

// parcelColumns are the parcels that a courier may report on: those that have a number, each once.
func parcelColumns(parcels []schemas.Parcel) parcelList {
	list := parcelList{carriers: []string{}, waybills: []string{}}
	seen := map[[2]string]bool{}
	for _, p := range parcels {
		carrier, waybill := printable(normalCarrier(p.Carrier)), printable(normalWaybill(p.Waybill))
		if waybill == "" || seen[[2]string{carrier, waybill}] {
			continue
		}
		seen[[2]string{carrier, waybill}] = true
		list.carriers, list.waybills = append(list.carriers, carrier), append(list.waybills, waybill)
		list.directions, list.statuses = append(list.directions, printable(string(p.Direction))), append(list.statuses, printable(string(p.Status)))
	}
	return list
}

// normalWaybill writes a number the same way whoever typed it: customers copy them with spaces and in lower case.
func normalWaybill(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

func normalCarrier(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
