package activities

import (
	"context"
	"math"
	"time"

	"go.temporal.io/sdk/activity"
)

// patience leaves an activity time to write down that an outside system did not answer: a fifth of what it has, two seconds
// at most. Without it the activity would be cut off together with the call it waits for.
func patience(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(time.Until(deadline)/5, 2*time.Second)))
}

// lastAttempt says whether Temporal will not try again after this attempt, by the number of attempts or by the time that is
// left. began is when the attempt began, by this machine. Where the retry policy has no end, there is no last attempt.
func lastAttempt(ctx context.Context, began time.Time) bool {
	return activity.IsActivity(ctx) && isLast(activity.GetInfo(ctx), time.Since(began))
}

// isLast is lastAttempt for an attempt that has been running for a while. Only differences between the server's own times
// are used: the server of a fast-forwarded case does not tell the time of this machine.
func isLast(info activity.Info, running time.Duration) bool {
	policy := info.RetryPolicy
	if policy == nil {
		return false
	}
	if policy.MaximumAttempts > 0 && info.Attempt >= policy.MaximumAttempts {
		return true
	}
	if info.ScheduleToCloseTimeout == 0 {
		return false
	}
	pause := float64(policy.InitialInterval) * math.Pow(policy.BackoffCoefficient, float64(info.Attempt-1))
	if policy.MaximumInterval > 0 {
		pause = min(pause, float64(policy.MaximumInterval))
	}
	left := info.ScheduledTime.Add(info.ScheduleToCloseTimeout).Sub(info.StartedTime) - running
	return float64(left) <= pause
}
