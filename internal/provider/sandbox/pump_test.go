package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/conformance"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

// awaitFacts waits until so many facts were told.
func awaitFacts(t *testing.T, told func() []conformance.Told, n int) []conformance.Told {
	t.Helper()
	require.Eventually(t, func() bool { return len(told()) >= n }, 2*time.Minute, 5*time.Millisecond)
	return told()
}

func mustRefund(t *testing.T, w *sandbox.World, key string, minor int64) {
	t.Helper()
	answer, err := w.Payments().Refund(t.Context(), refund(key, minor))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
}

func status(t *testing.T, w *sandbox.World, key string) schemas.RefundStatus {
	t.Helper()
	answer, found, err := w.Payments().Lookup(t.Context(), "m", key)
	require.NoError(t, err)
	require.True(t, found)
	return answer.Status
}

func TestFactTellsWhenItHappenedInBusinessTime(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, sandbox.WithSettleDelay(30*time.Millisecond)))
	told := pump(t, w)
	mustRefund(t, w, "m:r/refund/1", 100)
	f := awaitFacts(t, told, 1)[0]
	require.Equal(t, noon.Add(30*time.Millisecond), f.Report.OccurredAt)
	require.True(t, f.Report.ReceivedAt.After(f.Report.OccurredAt))
	require.WithinDuration(t, f.Report.OccurredAt, f.Report.ReceivedAt, 5*time.Minute)
	require.Equal(t, "payments", f.Report.Source)
	require.True(t, schemas.ValidID(f.Report.EventID), f.Report.EventID)
}

func TestFactThatWasNotTakenComesAgainWithItsID(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	var mu sync.Mutex
	var ids []string
	taken := make(chan struct{})
	runPump(t, w, func(_ context.Context, _ string, report schemas.Report) error {
		mu.Lock()
		defer mu.Unlock()
		if ids = append(ids, report.EventID); len(ids) < 3 {
			return errors.New("the case cannot be reached")
		}
		close(taken)
		return nil
	})
	mustRefund(t, w, "m:r/refund/1", 100)
	<-taken
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{ids[0], ids[0], ids[0]}, ids)
}

func TestFactsOfADeadPumpAreDeliveredByTheNext(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	w := shop(t, sandboxtest.Open(t, url, quick))
	stop := runPump(t, w, func(ctx context.Context, _ string, _ schemas.Report) error {
		return errors.New("the case cannot be reached")
	})
	mustRefund(t, w, "m:r/refund/1", 100)
	settled(t, w, "m", "m:r/refund/1")
	stop()
	require.Len(t, awaitFacts(t, pump(t, sandboxtest.Open(t, url)), 1), 1)
}

func TestTwoPumpsDeliverEveryFact(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	w := shop(t, sandboxtest.Open(t, url, sandbox.WithSettleDelay(time.Millisecond)))
	one, two := pump(t, w), pump(t, sandboxtest.Open(t, url))
	both := func() []conformance.Told { return append(one(), two()...) }
	const refunds = 30
	for i := range refunds {
		mustRefund(t, w, fmt.Sprintf("m:r/refund/%d", i), 100)
	}
	// A delivery that takes longer than its lease is made again by the other: nothing is lost by that.
	require.Eventually(t, func() bool {
		ids := map[string]bool{}
		for _, f := range both() {
			ids[f.Report.EventID] = true
		}
		return len(ids) == refunds
	}, 2*time.Minute, 5*time.Millisecond)
}

func TestFactThatWasTakenDoesNotComeAgain(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	w := shop(t, sandboxtest.Open(t, url, quick))
	told := pump(t, w)
	mustRefund(t, w, "m:r/refund/1", 100)
	awaitFacts(t, told, 1)
	sandboxtest.EndLeases(t, url)
	mustRefund(t, w, "m:r/refund/2", 100)
	require.Len(t, awaitFacts(t, told, 2), 2)
	require.NotEqual(t, told()[0].Report.EventID, told()[1].Report.EventID)
}

func TestFactOfADeadDelivererComesAgainWhenItsLeaseIsOver(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	w := shop(t, sandboxtest.Open(t, url, quick))
	leased := make(chan schemas.Report)
	runPump(t, w, func(ctx context.Context, _ string, report schemas.Report) error {
		select {
		case leased <- report:
		case <-ctx.Done(): // it hangs so long that it has it again
		}
		<-ctx.Done() // it hangs, and the fact is neither taken nor refused
		return ctx.Err()
	})
	mustRefund(t, w, "m:r/refund/1", 100)
	first := <-leased
	told := pump(t, sandboxtest.Open(t, url))
	sandboxtest.EndLeases(t, url)
	require.Equal(t, first.EventID, awaitFacts(t, told, 1)[0].Report.EventID)
}

func TestLostWebhookIsFoundByALookup(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	told := pump(t, w)
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, sandbox.Settling, sandbox.Lose, 1, "", "m:silent/"))
	mustRefund(t, w, "m:silent/refund/1", 100)
	settled(t, w, "m", "m:silent/refund/1")
	require.Equal(t, schemas.RefundSucceeded, status(t, w, "m:silent/refund/1"))

	mustRefund(t, w, "m:loud/refund/1", 100)
	for _, f := range awaitFacts(t, told, 1) {
		require.Contains(t, string(f.Report.Body), "m:loud/refund/1")
	}
}

func TestRefundFailsAfterItWasAcceptedAndItsSecondTryHasFactsOfItsOwn(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	told := pump(t, w)
	tell(t, w, sandbox.SystemPayments, sandbox.Settling, sandbox.Refuse, "account_closed")
	mustRefund(t, w, "m:r/refund/1", 100)
	f := awaitFacts(t, told, 1)[0]
	require.Equal(t, schemas.RefundFailure.Name, f.Fact)
	word, refusal := schemas.Decode[schemas.RefundWord](f.Report.Body)
	require.Nil(t, refusal)
	require.Equal(t, schemas.CodeAccountClosed, word.Code)

	mustRefund(t, w, "m:r/refund/1", 100)
	second := awaitFacts(t, told, 2)[1]
	require.Equal(t, schemas.RefundSuccess.Name, second.Fact)
	require.NotEqual(t, f.Report.EventID, second.Report.EventID)
}

func TestRefundThatSucceededComesBack(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	told := pump(t, w)
	gift := refund("m:r/refund/1", 100)
	gift.Method = "gift-1"
	_, err := w.Payments().Refund(t.Context(), gift)
	require.NoError(t, err)
	awaitFacts(t, told, 1)
	// Told afterwards, by its key: the refund had succeeded already.
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, sandbox.Settling, sandbox.Reverse, 1, "10ms", "m:r/"))
	back := awaitFacts(t, told, 2)[1]
	require.Equal(t, schemas.RefundReversal.Name, back.Fact)
	require.Equal(t, schemas.RefundReversed, status(t, w, "m:r/refund/1"))
	balance, err := w.Books().Balance(t.Context(), "m", "gift-1")
	require.NoError(t, err)
	require.Equal(t, usd(500), balance, "the money is not on the card any more")
	again, err := w.Payments().Refund(t.Context(), gift)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, again.Status, "what came back can be sent again")
	require.NotEqual(t, told()[0].Report.EventID, awaitFacts(t, told, 3)[2].Report.EventID)

	// Told beforehand, for whichever succeeds next.
	tell(t, w, sandbox.SystemPayments, sandbox.Settling, sandbox.Reverse, "")
	mustRefund(t, w, "m:r/refund/2", 9900)
	all := awaitFacts(t, told, 5)
	require.Equal(t, schemas.RefundReversed, status(t, w, "m:r/refund/2"))
	require.True(t, !all[4].Report.OccurredAt.Before(noon))
}

func TestReversalWithoutAKeyLeavesOldRefundsAlone(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, quick))
	mustRefund(t, w, "m:old/refund/1", 100)
	settled(t, w, "m", "m:old/refund/1")
	tell(t, w, sandbox.SystemPayments, sandbox.Settling, sandbox.Reverse, "")
	require.Equal(t, schemas.RefundSucceeded, status(t, w, "m:old/refund/1"))
}

func TestSlowSettlementStaysAccepted(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t, sandbox.WithSettleDelay(time.Millisecond)))
	tell(t, w, sandbox.SystemPayments, sandbox.Settling, sandbox.Slow, "1h")
	mustRefund(t, w, "m:r/refund/1", 100)
	require.Eventually(t, func() bool {
		require.Equal(t, schemas.RefundAccepted, status(t, w, "m:r/refund/1"))
		faults, err := w.Faults(t.Context())
		require.NoError(t, err)
		return len(faults) == 0
	}, 2*time.Minute, 5*time.Millisecond)
	require.Equal(t, schemas.RefundAccepted, status(t, w, "m:r/refund/1"))
}

func TestPumpOutlivesItsConnections(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	w := shop(t, sandboxtest.Open(t, url, quick))
	told := pump(t, w)
	mustRefund(t, w, "m:r/refund/1", 100)
	awaitFacts(t, told, 1)
	sandboxtest.CutConnections(t, url)
	require.Eventually(t, func() bool {
		_, err := w.Payments().Refund(t.Context(), refund("m:r/refund/2", 100))
		return err == nil
	}, 2*time.Minute, 5*time.Millisecond)
	awaitFacts(t, told, 2)
}
