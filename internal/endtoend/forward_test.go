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

// letTimePass moves a case to its next due until it is as wanted.
func (h *house) letTimePass(caseID, what string, wanted func(schemas.View) bool) schemas.View {
	h.t.Helper()
	moved := map[int64]time.Time{}
	var v schemas.View
	h.until(caseID+" in time: "+what, func() bool {
		if v = h.row(caseID); v.CaseID == "" || v.Revision == 0 {
			return false
		}
		if wanted(v) {
			return true
		}
		// The case itself knows which of its clocks still run; a row may show one that has stopped since.
		if live, err := h.cases.Ask(h.t.Context(), caseID); err == nil {
			v.Clocks, v.Now = live.Clocks, live.Now
		}
		next := time.Time{}
		for _, k := range v.Clocks {
			if !k.Paused && (next.IsZero() || k.Due.Before(next)) {
				next = k.Due
			}
		}
		if last, done := moved[v.Revision]; v.ClosedAt != nil || next.IsZero() || (done && time.Since(last) < 3*time.Second) {
			return false
		}
		moved[v.Revision] = time.Now()
		ctx, cancel := context.WithTimeout(h.t.Context(), patience)
		defer cancel()
		_, err := play.Forward(ctx, h.temporal, h.namespace, caseID, rand.Text(), max(next.Sub(v.Now), time.Millisecond))
		require.NoError(h.t, err)
		return false
	})
	return v
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
