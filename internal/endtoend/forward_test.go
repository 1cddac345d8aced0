package endtoend

import (
	"errors"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// canForward skips a test where the server cannot move the time of one case.
func (h *house) canForward() {
	h.t.Helper()
	_, err := play.Forward(h.t.Context(), h.temporal, h.namespace, "shop:nobody", time.Second)
	if errors.Is(err, play.ErrNoForward) {
		h.t.Skip(err)
	}
	require.NoError(h.t, err)
}

// letTimePass moves a case to its next due, again and again, until it is as wanted. While anybody has something to do, time waits for
// them, and no step is taken before the one before it has been seen.
func (h *house) letTimePass(caseID, what string, wanted func(schemas.View) bool) schemas.View {
	h.t.Helper()
	var v schemas.View
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
		if s, stands := h.stands(caseID); stands && s.View.Revision == v.Revision && !s.Next.IsZero() {
			h.forward(caseID, s.Next.Sub(s.Now))
		}
		return false
	})
	return v
}

// pass lets so much time pass in a case and tells how late it is there.
func (h *house) pass(caseID string, wait time.Duration) time.Time {
	h.t.Helper()
	var began time.Time
	var s play.Stillness
	h.until(fmt.Sprintf("%s in time: %s later", caseID, wait), func() bool {
		var stands bool
		if s, stands = h.stands(caseID); !stands {
			return false
		}
		if began.IsZero() {
			began = s.Now
		}
		left := wait - s.Now.Sub(began)
		if left > 0 {
			h.forward(caseID, left)
		}
		return left <= 0
	})
	return s.Now
}

// stands is how a case is while nothing about it moves by itself.
func (h *house) stands(caseID string) (play.Stillness, bool) {
	s, stands, err := play.Stands(h.t.Context(), h.temporal, h.namespace, h.cases, h.world, caseID)
	return s, stands && err == nil
}

func (h *house) forward(caseID string, wait time.Duration) {
	h.t.Helper()
	_, err := play.Forward(h.t.Context(), h.temporal, h.namespace, caseID, wait)
	require.NoError(h.t, err)
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
