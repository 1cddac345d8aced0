package sandbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

func owes(t *testing.T, w *sandbox.World, caseID string) bool {
	t.Helper()
	yes, err := w.Owes(t.Context(), caseID)
	require.NoError(t, err)
	return yes
}

func TestAWordIsOwedUntilItIsTaken(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	require.False(t, owes(t, w, "m:r"))
	mustRefund(t, w, "m:r/refund/1", 100)
	require.True(t, owes(t, w, "m:r"), "it has not settled, or nobody has heard of it")
	require.False(t, owes(t, w, "m:r:2"), "another case")
	require.False(t, owes(t, w, "m:"), "no case")
	take := make(chan struct{})
	runPump(t, w, func(ctx context.Context, _ string, _ schemas.Report) error {
		select {
		case <-take:
			return nil
		case <-ctx.Done():
			return errors.New("nobody takes it")
		}
	})
	settled(t, w, "m", "m:r/refund/1")
	require.True(t, owes(t, w, "m:r"), "it is being told")
	close(take)
	require.Eventually(t, func() bool { return !owes(t, w, "m:r") }, 2*time.Minute, 5*time.Millisecond)
}

func TestWhatSettlesSlowlyIsNotOwedUntilItIsToSettleNow(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	tellMatching(t, w, "m:r/")
	mustRefund(t, w, "m:r/refund/1", 100)
	told := pump(t, w)
	require.Eventually(t, func() bool { return !owes(t, w, "m:r") }, 2*time.Minute, 5*time.Millisecond)
	require.Equal(t, schemas.RefundAccepted, status(t, w, "m:r/refund/1"))
	require.NoError(t, w.SettleNow(t.Context(), "m:other/"))
	require.Empty(t, told())
	require.NoError(t, w.SettleNow(t.Context(), "m:r/"))
	awaitFacts(t, told, 1)
	require.Equal(t, schemas.RefundSucceeded, status(t, w, "m:r/refund/1"))
}

func TestSlownessThatNoRefundHasMetIsForgottenByIt(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	tellMatching(t, w, "m:r/")
	tellMatching(t, w, "m:other/")
	require.NoError(t, w.SettleNow(t.Context(), "m:r/"))
	mustRefund(t, w, "m:r/refund/1", 100)
	awaitFacts(t, pump(t, w), 1)
	faults, err := w.Faults(t.Context())
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Equal(t, "m:other/", faults[0].Match)
}

func tellMatching(t *testing.T, w *sandbox.World, match string) {
	t.Helper()
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, sandbox.Settling, sandbox.Slow, 1, "24h", match))
}
