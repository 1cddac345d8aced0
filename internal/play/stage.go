package play

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// stage is one case that is being played.
type stage struct {
	player  *Player
	index   int
	request schemas.Request
	caseID  string
	earlier []schemas.View // the cases it went on from
	view    schemas.View
	done    map[string]bool
	refused map[string]time.Time // when something was last refused
}

// look reads how the case stands, and says whether that is new.
func (st *stage) look(ctx context.Context) (bool, error) {
	v, err := st.player.Rows.CaseRow(ctx, st.caseID)
	if err == nil || errors.Is(err, store.ErrNotFound) {
		st.player.patience.answered(database)
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		if store.Unavailable(err) {
			return false, st.player.patience.failed(database, err)
		}
		return false, fmt.Errorf("look at case %s: %w", st.caseID, err)
	}
	if v.Revision == st.view.Revision && v.State == st.view.State {
		return false, nil
	}
	st.view = v
	return true, nil
}

// until waits until the case is as wanted.
func (st *stage) until(ctx context.Context, wanted func(schemas.View) bool) error {
	heard, forget := st.player.ears.of([]*stage{st})
	defer forget()
	for {
		if _, err := st.look(ctx); err != nil {
			return err
		}
		if wanted(st.view) {
			return nil
		}
		select {
		case <-heard:
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// act looks at the case and lets everybody do what it waits for. It reports whether anybody did anything.
func (st *stage) act(ctx context.Context) (bool, error) {
	if _, err := st.look(ctx); err != nil {
		return false, err
	}
	if st.view.ClosedAt != nil {
		return false, nil
	}
	acted := false
	view := st.view
	if st.player.Parties.watchesTime(view) {
		// The row is as old as its last event; how long somebody has been tried only the case itself knows.
		if own, now, err := st.ownTime(ctx); err == nil {
			view, view.Now = own, now
		}
	}
	for _, a := range st.player.Parties.next(view) {
		key := fmt.Sprintf("%s/%s/%d", a.name, a.on, a.revisionOf(st.view))
		if st.done == nil {
			st.done, st.refused = map[string]bool{}, map[string]time.Time{}
		}
		if st.done[key] || time.Since(st.refused[key]) < lookAgain {
			continue
		}
		taken, err := st.perform(ctx, a, key)
		if err != nil {
			return acted, err
		}
		if !taken {
			// Somebody or some clock was faster, or the row was ahead of its case: look again, then try again.
			st.refused[key] = time.Now()
			continue
		}
		st.done[key] = true
		acted = true
	}
	return acted, nil
}

// ownTime asks the case how it stands, and how late it is there.
func (st *stage) ownTime(ctx context.Context) (schemas.View, time.Time, error) {
	d, err := describe(ctx, st.player.Temporal, st.player.Namespace, st.caseID)
	if err != nil {
		return schemas.View{}, time.Time{}, err
	}
	own, err := st.player.Cases.Ask(ctx, st.caseID)
	return own, later(d.now, own.Now), err
}

// perform does one thing, and repeats it while a server is away: the same id makes it one. It reports whether it was taken.
func (st *stage) perform(ctx context.Context, a action, key string) (bool, error) {
	for {
		err := st.once(ctx, a, key)
		var refusal *schemas.Refusal
		switch {
		case err == nil:
			st.player.patience.answered(temporal)
			return true, nil
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case errors.As(err, &refusal) && refusal.Code != schemas.CodeUnavailable:
			st.player.Log.Info("not taken", zap.String("case_id", st.caseID), zap.String("name", a.name), zap.String("code", string(refusal.Code)), zap.String("why", refusal.Message))
			return false, nil
		case refusal == nil && !store.Unavailable(err):
			return false, fmt.Errorf("case %s: %s: %w", st.caseID, a.name, err)
		}
		server := database
		if refusal != nil {
			server = temporal
		}
		if err := st.player.patience.failed(server, err); err != nil {
			return false, err
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

func (st *stage) once(ctx context.Context, a action, key string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body, err := json.Marshal(a.body)
	if err != nil {
		return err
	}
	id := "play/" + st.caseID + "/" + key
	if a.bank != nil {
		if err := a.bank(ctx, st.player.Bank); err != nil {
			return err
		}
		return st.until(ctx, func(v schemas.View) bool { return v.ClosedAt != nil || a.heard(v) })
	}
	if a.fact {
		report := schemas.Report{Source: cmp.Or(a.source, "courier"), EventID: id, OccurredAt: st.view.Now, Body: body}
		if err := st.player.Carrier.Happened(ctx, a.name, report); err != nil {
			return err
		}
		if a.silent {
			return nil
		}
		_, err := st.player.Cases.Report(ctx, a.name, report)
		return err
	}
	_, err = st.player.Cases.Send(ctx, st.caseID, a.name, schemas.Order{CommandID: shortID(id), Actor: a.by, Body: body})
	return err
}
