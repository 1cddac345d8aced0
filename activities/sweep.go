package activities

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Engine is what Temporal knows of the workflows of cases.
type Engine interface {
	// Running goes through the cases that run, by id and run id. It may lag behind by moments.
	Running(ctx context.Context) iter.Seq2[schemas.Fate, error]
	// Fate says how the workflow of one case stands now. A case that Temporal does not know is deleted.
	Fate(ctx context.Context, caseID string) (schemas.Fate, error)
	// WasReset reports whether a run goes on from an earlier point of another.
	WasReset(ctx context.Context, caseID, runID string) (bool, error)
	// Dead goes through the ids of the cases whose workflow was ended from outside, as long as Temporal remembers them.
	Dead(ctx context.Context) iter.Seq2[string, error]
	// Opened says what a case was opened with, and when.
	Opened(ctx context.Context, caseID string) (schemas.Opening, time.Time, error)
	// Ask asks the workflow of a case for the whole case.
	Ask(ctx context.Context, caseID string) (schemas.View, error)
}

// Sweep looks for cases that nobody serves: their workflow was ended from outside.
type Sweep struct {
	store  *store.Store
	engine Engine
	// people are those of a policy, by role; none where nobody knows it.
	people func(policy string) map[schemas.Role][]schemas.Person
	now    func() time.Time
}

// NewSweep takes our database, Temporal's knowledge of the cases, and who works by which policy.
func NewSweep(s *store.Store, e Engine, people func(policy string) map[schemas.Role][]schemas.Person) *Sweep {
	return &Sweep{store: s, engine: e, people: people, now: time.Now}
}

// lostAtOnce is how many lost cases one sweep deals with. Whoever terminates more at once is served by the next sweeps.
const lostAtOnce = 50

// Find compares the open cases with their workflows. A case whose workflow was ended before it had a row gets its first one. A case whose workflow was ended from outside is marked in its row and gives back the
// units it held; one that was reset, and runs on from an earlier point, has its row follow it again; one that has ended properly and whose
// row does not say so has its row written anew. It returns the cases that were ended from outside and of which something is under way
// still, with what is to be done for each.
//
// It is safe to run twice: a case is marked once, and what was found before and is not settled is found again.
func (s *Sweep) Find(ctx context.Context, order schemas.SweepOrder) (schemas.Found, error) {
	found := schemas.Found{}
	fresh := map[string]bool{}
	var err error
	if order.CaseID != "" {
		err = s.findOne(ctx, order.CaseID, &found, fresh)
	} else {
		err = s.findAll(ctx, &found, fresh)
	}
	if err != nil {
		return schemas.Found{}, oursFailed("compare the open cases with their workflows", err)
	}
	lost, err := s.store.LostCases(ctx, order.CaseID, lostAtOnce+1)
	if err != nil {
		return schemas.Found{}, oursFailed("list the cases that were ended from outside", err)
	}
	if found.More = len(lost) > lostAtOnce; found.More {
		lost = lost[:lostAtOnce]
	}
	if order.CaseID == "" {
		if found.Disputes, err = s.alone(ctx); err != nil {
			return schemas.Found{}, oursFailed("list the disputes that nobody answers", err)
		}
	}
	for _, v := range lost {
		one, err := s.toDo(ctx, v)
		if err != nil {
			return schemas.Found{}, oursFailed("look at what is under way of "+v.CaseID, err)
		}
		one.New = fresh[v.CaseID]
		found.Lost = append(found.Lost, one)
	}
	return found, nil
}

func (s *Sweep) findAll(ctx context.Context, found *schemas.Found, fresh map[string]bool) error {
	if err := s.recordUnrecorded(ctx); err != nil {
		return err
	}
	running := map[string]string{}
	for f, err := range s.engine.Running(ctx) {
		if err != nil {
			return err
		}
		running[f.CaseID] = f.RunID
	}
	for open, err := range s.store.OpenCases(ctx) {
		if err != nil {
			return err
		}
		if found.Looked++; found.Looked%100 == 0 && activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx, found.Looked)
		}
		runID, runs := running[open.CaseID]
		delete(running, open.CaseID)
		if runs && (runID == open.RunID || open.RunID == "") {
			continue
		}
		if err := s.compare(ctx, open.CaseID, found, fresh); err != nil {
			return err
		}
	}
	// What runs and is not open by its row has just been opened, has just ended, or was reset after its end.
	for _, caseID := range slices.Sorted(maps.Keys(running)) {
		v, err := s.store.CaseRow(ctx, caseID)
		if errors.Is(err, store.ErrNotFound) || err == nil && v.ClosedAt == nil {
			continue
		}
		if err != nil {
			return err
		}
		if v.Outcome == schemas.Adopted {
			fate, err := s.engine.Fate(ctx, caseID)
			if err != nil {
				return err
			}
			if fate.Running {
				found.Beside = append(found.Beside, caseID)
			}
			continue
		}
		if err := s.compare(ctx, caseID, found, fresh); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweep) findOne(ctx context.Context, caseID string, found *schemas.Found, fresh map[string]bool) error {
	found.Looked = 1
	if err := s.record(ctx, []string{caseID}); err != nil {
		return err
	}
	return s.compare(ctx, caseID, found, fresh)
}

// compare asks Temporal about one case that does not run as its row says.
func (s *Sweep) compare(ctx context.Context, caseID string, found *schemas.Found, fresh map[string]bool) error {
	fate, err := s.engine.Fate(ctx, caseID)
	switch {
	case err != nil:
		return err
	case fate.Lost != nil:
		v, err := s.store.CaseRow(ctx, caseID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		lost := *fate.Lost
		lost.FoundAt = s.now().UTC()
		_, marked, err := s.store.MarkLost(ctx, caseID, lost, laterOf(v.Now, s.now()))
		fresh[caseID] = marked
		return err
	case fate.Running:
		return s.follow(ctx, caseID, fate.RunID, found)
	}
	return s.mend(ctx, caseID, found)
}

// follow lets the row of a case that was reset follow its workflow again.
func (s *Sweep) follow(ctx context.Context, caseID, runID string, found *schemas.Found) error {
	reset, err := s.engine.WasReset(ctx, caseID, runID)
	if err != nil || !reset {
		return err // a long case goes on in a new run by itself, and writes its row when it has something to say
	}
	v, err := s.engine.Ask(ctx, caseID)
	if err != nil || v.ClosedAt != nil {
		return quietly(err)
	}
	row, err := s.store.CaseRow(ctx, caseID)
	if err != nil || row.Lost == nil && row.ClosedAt == nil && row.Revision == v.Revision {
		return quietly(err)
	}
	wrote, err := s.store.Revive(ctx, v, runID)
	if wrote {
		found.Revived = append(found.Revived, caseID)
	}
	return err
}

// mend writes the row of a case anew that has ended properly.
func (s *Sweep) mend(ctx context.Context, caseID string, found *schemas.Found) error {
	v, err := s.engine.Ask(ctx, caseID)
	if err != nil || v.ClosedAt == nil {
		return quietly(err)
	}
	wrote, err := s.store.ReplaceRow(ctx, v)
	if wrote {
		found.Mended = append(found.Mended, caseID)
	}
	return err
}

// quietly leaves a case that cannot be asked now to the next sweep: one case must not hold up the others.
func quietly(err error) error {
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b.UTC()
}

// toDo says what is under way of a lost case.
func (s *Sweep) toDo(ctx context.Context, v schemas.View) (schemas.LostCase, error) {
	one := schemas.LostCase{
		CaseID: v.CaseID, MerchantID: v.MerchantID, OrderID: v.OrderID, Lost: *v.Lost, At: laterOf(v.Now, s.now()), Stock: stockOf(v), Notice: s.notice(v),
	}
	refunds, err := s.store.RefundsOfCase(ctx, v.CaseID)
	if err != nil {
		return one, err
	}
	for _, e := range refunds {
		switch e.Refund.Status {
		case schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundUnknown, schemas.RefundFailedWord, schemas.RefundReversed:
			if e.AskedAt != nil {
				one.Refunds = append(one.Refunds, e.Refund.RefundID)
			}
		case schemas.RefundSucceeded, schemas.RefundManual, schemas.RefundCancelled:
		}
	}
	charges, err := s.store.ChargesOfCase(ctx, v.CaseID)
	if err != nil {
		return one, err
	}
	for _, e := range charges {
		ch := e.Charge
		switch {
		case ch.Kind == schemas.ChargeDifference && ch.Open():
			one.Charges = append(one.Charges, ch.ChargeID)
		case ch.Kind == schemas.ChargeDeposit && (ch.Open() || ch.Status == schemas.ChargeHeld) && !secures(v, ch):
			one.Deposits = append(one.Deposits, ch.ChargeID)
		}
	}
	return one, nil
}

// secures reports whether a deposit stands for an article that the customer has, or is to have, in advance. It is the merchant's security
// until somebody goes on with the case; the bank lets go of it in the end.
func secures(v schemas.View, deposit schemas.Charge) bool {
	return slices.ContainsFunc(v.Lines, func(l schemas.Line) bool {
		return slices.Contains(deposit.Lines, l.LineID) && l.Replacement != nil && (l.Replacement.ShipmentID != "" || l.Replacement.ConfirmedAt != nil)
	})
}

// stockOf lists the keys under which the warehouse keeps goods for a case that it has not been told to send: those that the case counts on,
// and those it was asking about.
func stockOf(v schemas.View) []string {
	var keys []string
	for _, l := range v.Lines {
		if r := l.Replacement; r != nil && r.StockKey != "" && r.ShipmentID == "" {
			keys = append(keys, r.StockKey)
		}
	}
	for _, w := range v.Work {
		if w.Name != schemas.StockReserve.Name {
			continue
		}
		// One call asks for the goods of several lines, under numbers that follow each other.
		at := strings.LastIndexByte(w.Key, '/')
		first, err := strconv.Atoi(w.Key[at+1:])
		for i := 0; err == nil && i < len(v.Lines); i++ {
			keys = append(keys, fmt.Sprintf("%s/%d", w.Key[:at], first+i))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// notice tells the owner and the supervisor of a case that nobody serves it.
func (s *Sweep) notice(v schemas.View) schemas.NoticeOrder {
	order := schemas.NoticeOrder{
		CaseID: v.CaseID, MerchantID: v.MerchantID, OrderID: v.OrderID, CustomerID: v.CustomerID, Channel: v.Channel,
		Step: "lost-" + v.Lost.FoundAt.UTC().Format("20060102T150405"), At: laterOf(v.Now, s.now()), Priority: v.Priority,
	}
	vars := map[string]string{"how": string(v.Lost.How), "ended_at": schemas.VarTime(v.Lost.At), "reason": v.Lost.Reason}
	if vars["reason"] == "" {
		vars["reason"] = "–"
	}
	told := map[string]bool{"": true}
	tell := func(role schemas.Role, id string) {
		if !told[id] {
			told[id] = true
			order.Messages = append(order.Messages, schemas.Notice{Template: "staff.case_lost", To: schemas.Actor{Role: role, ID: id}, Vars: vars})
		}
	}
	tell(schemas.RoleAgent, v.Owner)
	if supervisors := s.people(v.Policy)[schemas.RoleSupervisor]; len(supervisors) > 0 {
		tell(schemas.RoleSupervisor, supervisors[0].ID)
	}
	return order
}

// Settle gives back what a lost case had reserved, once its money is known. It is safe to run twice: what was given back stays so.
func (s *Sweep) Settle(ctx context.Context, words schemas.LostWords) (schemas.LostSettled, error) {
	settled, err := s.store.SettleLost(ctx, words.CaseID, words)
	if err != nil {
		return schemas.LostSettled{}, oursFailed("settle what is under way of "+words.CaseID, err)
	}
	return settled, nil
}
