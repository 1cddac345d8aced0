// Package conformance is the one suite that the sandbox and every real implementation of an outside system pass.
//
// Each function takes a factory that makes a bench: a fresh implementation with what is needed to try it. A bench has means
// that only some systems offer (losing an answer, being slow); where a means is nil, the cases that need it are left out.
package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// noon is the business time of every call of the suite. It is no real time on purpose: an implementation that asked its own
// clock would be found out.
var noon = time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)

// requireClass fails unless err is of the class and, where one is given, has the code.
func requireClass(t *testing.T, err error, class provider.Class, code schemas.Code) {
	t.Helper()
	require.Error(t, err)
	known := provider.Classify(err)
	require.Equal(t, class, known.Class, err.Error())
	if code != "" {
		require.Equal(t, code, known.Code, err.Error())
	}
}

// requireOutOfPatience makes the call with far less patience than the implementation was told to need, and wants unknown. It is
// patience enough for the call to arrive, on a busy machine too: what was told is then used up.
func requireOutOfPatience(t *testing.T, call func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	requireClass(t, call(ctx), provider.Unknown, "")
}
