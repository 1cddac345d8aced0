package endtoend

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// canForward skips a test where the server cannot move the time of one case.
func (h *house) canForward() {
	h.t.Helper()
	_, err := play.Forward(h.t.Context(), h.temporal, h.namespace, "shop:nobody", "probe", time.Second)
	if errors.Is(err, play.ErrNoForward) {
		h.t.Skip(err)
	}
	require.NoError(h.t, err)
}

// letTimePass moves a case to its next due, again and again, until it is as wanted. While somebody outside has something to
// do, time waits for it.
func (h *house) letTimePass(caseID, what string, wanted func(schemas.View) bool) schemas.View {
	h.t.Helper()
	var v schemas.View
	seen, since, moved := int64(0), time.Now(), int64(0)
	h.until(caseID+" in time: "+what, func() bool {
		if v = h.row(caseID); v.CaseID == "" || v.Revision == 0 {
			return false
		}
		if wanted(v) {
			return true
		}
		if v.ClosedAt != nil {
			require.FailNow(h.t, "it has ended", "%s never was: %s\n%s", caseID, what, timeline(v))
		}
		if v.Revision != seen {
			seen, since = v.Revision, time.Now()
		}
		own, err := h.cases.Ask(h.t.Context(), caseID)
		if err != nil || own.Revision != v.Revision {
			return false
		}
		quiet := time.Since(since) > 2*time.Second
		if (atWork(own) || moved == v.Revision) && !quiet {
			return false
		}
		next := time.Time{}
		for _, k := range own.Clocks {
			if !k.Paused && (next.IsZero() || k.Due.Before(next)) {
				next = k.Due
			}
		}
		if next.IsZero() {
			return false
		}
		moved, since = v.Revision, time.Now()
		ctx, cancel := context.WithTimeout(h.t.Context(), patience)
		defer cancel()
		_, err = play.Forward(ctx, h.temporal, h.namespace, caseID, rand.Text(), max(next.Sub(own.Now), time.Millisecond))
		require.NoError(h.t, err)
		return false
	})
	return v
}

// atWork reports whether a call is under way, or the provider has something to say.
func atWork(v schemas.View) bool {
	for _, w := range v.Work {
		if w.Cause == "" {
			return true
		}
	}
	switch v.State {
	case schemas.RefundProcessing, schemas.Refunded, schemas.Submitted:
		return true
	}
	return false
}

func (h *house) passUntilState(caseID string, state schemas.State) schemas.View {
	h.t.Helper()
	return h.letTimePass(caseID, string(state), func(v schemas.View) bool { return v.State == state })
}

func (h *house) passUntilEnd(caseID string, outcome schemas.Outcome) schemas.View {
	h.t.Helper()
	v := h.passUntilState(caseID, schemas.Closed)
	require.Equal(h.t, outcome, v.Outcome, timeline(v))
	return v
}
