package activities

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

func TestLastAttemptIsByNumberOrByTime(t *testing.T) {
	t.Parallel()
	policy := &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second}
	limited := *policy
	limited.MaximumAttempts = 3
	for name, c := range map[string]struct {
		info    activity.Info
		running time.Duration
		last    bool
	}{
		"a policy nobody told":           {activity.Info{Attempt: 9}, 0, false},
		"no limit":                       {activity.Info{Attempt: 99, RetryPolicy: policy}, time.Hour, false},
		"an attempt before the last":     {activity.Info{Attempt: 2, RetryPolicy: &limited}, 0, false},
		"the last attempt":               {activity.Info{Attempt: 3, RetryPolicy: &limited}, 0, true},
		"time for another":               {started(1, policy, time.Minute, 0), time.Second, false},
		"no time for another":            {started(1, policy, time.Minute, 50*time.Second), 9 * time.Second, true},
		"the pause is the policy's most": {started(9, policy, time.Minute, 30*time.Second), 19 * time.Second, false},
	} {
		require.Equal(t, c.last, isLast(c.info, c.running), name)
	}
}

// started is an attempt that started some time after it was scheduled, on a server whose clock is far ahead.
func started(attempt int32, policy *temporal.RetryPolicy, limit, after time.Duration) activity.Info {
	scheduled := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	return activity.Info{Attempt: attempt, RetryPolicy: policy, ScheduleToCloseTimeout: limit, ScheduledTime: scheduled, StartedTime: scheduled.Add(after)}
}

// silent keeps the retries, which are the point of these tests, out of their output.
var silent = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

// requestByWorkflow runs refund.request as a case would, with three attempts.
func requestByWorkflow(t *testing.T, d desk) (schemas.RefundReceipt, error) {
	t.Helper()
	d.payments.last = func(ctx context.Context, _ time.Time) bool { return activity.GetInfo(ctx).Attempt == 3 }
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(silent)
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterActivityWithOptions(d.payments.Request, activity.RegisterOptions{Name: schemas.RefundRequest.Name})
	env.ExecuteWorkflow(func(ctx workflow.Context) (receipt schemas.RefundReceipt, err error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Minute,
			RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumAttempts: 3},
		})
		err = workflow.ExecuteActivity(ctx, schemas.RefundRequest.Name, ordered()).Get(ctx, &receipt)
		return receipt, err
	})
	require.True(t, env.IsWorkflowCompleted())
	if err := env.GetWorkflowError(); err != nil {
		return schemas.RefundReceipt{}, err
	}
	var receipt schemas.RefundReceipt
	require.NoError(t, env.GetWorkflowResult(&receipt))
	return receipt, nil
}

func TestLastAttemptWithoutAnAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		blind error
		code  schemas.Code
	}{
		"nobody answers":        {context.DeadlineExceeded, schemas.CodeNoAnswer},
		"nobody is ready":       {&provider.Error{Class: provider.RetryLater, Code: schemas.CodeUnavailable}, schemas.CodeUnavailable},
		"nobody can be read":    {errors.New("<html>"), schemas.CodeNoAnswer},
		"somebody else is busy": {&provider.Error{Class: provider.RetryNow, Code: provider.CodeBusy}, provider.CodeBusy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			d.provider.lose, d.provider.blind = true, c.blind
			receipt, err := requestByWorkflow(t, d)
			require.NoError(t, err)
			require.Equal(t, schemas.RefundReceipt{RefundID: refundID, Status: schemas.RefundUnknown, Code: c.code, Amount: usd(100)}, receipt)
			require.Equal(t, receipt, d.ledger.entries[refundID])
			require.Equal(t, 1, d.provider.asks)
			require.Equal(t, 2, d.provider.lookups)

			d.provider.blind = nil
			require.Equal(t, schemas.RefundAccepted, d.mustRequest(t).Status, "the story's clock asks again")
			require.Equal(t, 1, d.provider.paid[refundID])
		})
	}
}

func TestWhatWasAcceptedStaysSoWhileNobodyAnswers(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.mustRequest(t)
	d.provider.blind = context.DeadlineExceeded
	receipt, err := requestByWorkflow(t, d)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundUnknown, receipt.Status)
	require.Equal(t, schemas.RefundAccepted, d.ledger.entries[refundID].Status)
}

func TestRetriesFindALostAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.lose = true
	receipt, err := requestByWorkflow(t, d)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, receipt.Status)
	require.Equal(t, 1, d.provider.asks)
}

func TestErrorThatNoRepetitionHelpsReachesTheStoryByItsCode(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.provider.next = provider.Never(provider.CodeKeyReused, "used before")
	_, err := requestByWorkflow(t, d)
	requireApplicationError(t, err, provider.CodeKeyReused, true)
	require.Equal(t, 1, d.provider.asks)

	// Nor is it called unknown on the last attempt: the provider was clear.
	d.payments.last = func(context.Context, time.Time) bool { return true }
	d.provider.next = provider.Never(provider.CodeKeyReused, "used before")
	_, err, _ = d.request()
	requireApplicationError(t, err, provider.CodeKeyReused, true)
}
