package sandbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/provider/sandbox/sandboxtest"
	"github.com/aftercare/aftercare/schemas"
)

func requireClass(t *testing.T, err error, class provider.Class) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, class, provider.Classify(err).Class, err.Error())
}

func TestFaultsThatMakeNoSenseAreNotTold(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	for name, c := range map[string]struct {
		system    sandbox.System
		operation string
		mode      sandbox.Mode
		times     int
		param     string
		want      string
	}{
		"system":       {"weather", "rain", sandbox.Slow, 1, "1s", "there is no system"},
		"operation":    {sandbox.SystemStock, "refund", sandbox.Slow, 1, "1s", "use dispose"},
		"mode":         {sandbox.SystemOrders, "order", sandbox.Refuse, 1, "x", "cannot be told"},
		"times":        {sandbox.SystemStock, "dispose", sandbox.Lose, 0, "", "at least once"},
		"no duration":  {sandbox.SystemStock, "dispose", sandbox.Slow, 1, "soon", "such as 2s"},
		"no code":      {sandbox.SystemStock, "dispose", sandbox.Refuse, 1, "No!", "lower snake case"},
		"refund code":  {sandbox.SystemPayments, "refund", sandbox.Refuse, 1, "bad_mood", "insufficient_balance"},
		"no parameter": {sandbox.SystemPayments, "refund", sandbox.Lose, 1, "1s", "takes no parameter"},
		"later, when":  {sandbox.SystemPayments, "refund", sandbox.Fail, 1, "later", "takes a duration"},
	} {
		err := w.Tell(t.Context(), c.system, c.operation, c.mode, c.times, c.param, "")
		require.ErrorContains(t, err, c.want, name)
	}
	faults, err := w.Faults(t.Context())
	require.NoError(t, err)
	require.Empty(t, faults)
}

func TestFaultsComeInTheOrderTheyWereToldOneACall(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t))
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, "refund", sandbox.Fail, 2, "3s", ""))
	tell(t, w, sandbox.SystemPayments, "refund", sandbox.Refuse, "declined")
	faults, err := w.Faults(t.Context())
	require.NoError(t, err)
	require.Equal(t, []sandbox.Fault{
		{FaultID: 1, System: "payments", Operation: "refund", Mode: "fail", TimesLeft: 2, Param: "3000ms"},
		{FaultID: 2, System: "payments", Operation: "refund", Mode: "refuse", TimesLeft: 1, Param: "declined"},
	}, faults)

	call := refund("m:r/refund/1", 100)
	for range 2 {
		_, err := w.Payments().Refund(t.Context(), call)
		requireClass(t, err, provider.RetryLater)
		require.Equal(t, 3*time.Second, provider.Classify(err).After)
	}
	answer, err := w.Payments().Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.CodeDeclined, answer.Code)
	answer, err = w.Payments().Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
	faults, err = w.Faults(t.Context())
	require.NoError(t, err)
	require.Empty(t, faults)
}

func refund(key string, minor int64) provider.RefundCall {
	return provider.RefundCall{Key: key, MerchantID: "m", OrderID: "o-1", PaymentID: "o-1-P1", Method: "card-1", Amount: usd(minor), At: noon}
}

func TestFaultHitsOnlyTheKeyItNames(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t))
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemPayments, "refund", sandbox.Fail, 1, "", "m:second/"))
	_, err := w.Payments().Refund(t.Context(), refund("m:first/refund/1", 100))
	require.NoError(t, err)
	_, err = w.Payments().Refund(t.Context(), refund("m:second/refund/1", 100))
	requireClass(t, err, provider.RetryLater)
}

func TestFaultSurvivesTheProcessItWasToldIn(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	before, err := sandbox.Open(t.Context(), url)
	require.NoError(t, err)
	tell(t, before, sandbox.SystemStock, "dispose", sandbox.Lose, "")
	before.Close()

	w := sandboxtest.Open(t, url)
	call := provider.DisposeCall{
		Key: "m:r/dispose/1", MerchantID: "m", At: noon,
		Goods: []schemas.Disposal{{LineID: "1", SKU: "sku-1", Quantity: 1, Disposition: schemas.Restock}},
	}
	requireClass(t, w.Stock().Dispose(t.Context(), call), provider.Unknown)
	require.NoError(t, w.Stock().Dispose(t.Context(), call))
}

func TestFaultIsTakenAsOftenAsItWasTold(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	require.NoError(t, w.Tell(t.Context(), sandbox.SystemCourier, "trace", sandbox.Fail, 5, "", ""))
	var mu sync.Mutex
	failed := 0
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if _, err := w.Courier().Trace(t.Context(), provider.TraceCall{MerchantID: "m", Waybill: "SF-1", At: noon}); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed++
			}
		})
	}
	all.Wait()
	require.Equal(t, 5, failed)
}

func TestClearForgetsFaultsOfOneSystemOrAll(t *testing.T) {
	t.Parallel()
	w := sandboxtest.New(t)
	tell(t, w, sandbox.SystemStock, "dispose", sandbox.Lose, "")
	tell(t, w, sandbox.SystemNotices, "deliver", sandbox.Lose, "")
	require.NoError(t, w.Clear(t.Context(), sandbox.SystemStock))
	faults, err := w.Faults(t.Context())
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.NoError(t, w.Clear(t.Context(), ""))
	faults, err = w.Faults(t.Context())
	require.NoError(t, err)
	require.Empty(t, faults)
}

func TestACallThatIsNeverTakenDoesNothingAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t))
	tell(t, w, sandbox.SystemOrders, "order", sandbox.Never, "rejected_outside")
	_, err := w.Orders().Order(t.Context(), "m", "o-1")
	requireClass(t, err, provider.NeverRetry)
	require.EqualValues(t, "rejected_outside", provider.Classify(err).Code)
	_, err = w.Orders().Order(t.Context(), "m", "o-1")
	require.NoError(t, err, "the next one is taken")
	require.ErrorContains(t, w.Tell(t.Context(), sandbox.SystemPayments, "release", sandbox.Never, 1, "No!", ""), "lower snake case")
}

func TestSlowSystemAnswersThePatient(t *testing.T) {
	t.Parallel()
	w := shop(t, sandboxtest.New(t))
	tell(t, w, sandbox.SystemOrders, "order", sandbox.Slow, "10ms")
	_, err := w.Orders().Order(t.Context(), "m", "o-1")
	require.NoError(t, err)
}

func TestAnswerThatIsLostIsCommittedFirst(t *testing.T) {
	t.Parallel()
	url := sandboxtest.Database(t)
	w := shop(t, sandboxtest.Open(t, url, sandbox.WithSettleDelay(time.Hour)))
	tell(t, w, sandbox.SystemPayments, "refund", sandbox.Lose, "")
	_, err := w.Payments().Refund(t.Context(), refund("m:r/refund/1", 100))
	requireClass(t, err, provider.Unknown)

	_, found, err := sandboxtest.Open(t, url).Payments().Lookup(t.Context(), "m", "m:r/refund/1")
	require.NoError(t, err)
	require.True(t, found, "another process sees it")
}

func TestSandboxWithoutItsDatabaseIsNotARefusal(t *testing.T) {
	t.Parallel()
	w, err := sandbox.Open(t.Context(), sandboxtest.Database(t))
	require.NoError(t, err)
	shop(t, w)
	w.Close()
	_, err = w.Payments().Refund(context.Background(), refund("m:r/refund/1", 100))
	require.Error(t, err)
	require.NotEqual(t, provider.NeverRetry, provider.Classify(err).Class, err.Error())
}
