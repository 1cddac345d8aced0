package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/schemas"
)

// Stillness is a case that waits for nobody but people and time.
type Stillness struct {
	View schemas.View // as the case itself tells it
	Now  time.Time    // in the case's own time
	Next time.Time    // when something happens by itself, or zero
}

// Stands reads how a case is, and reports false while anything about it moves by itself: a task or a call is under way, its time is being
// moved, a clock has run out that it has not seen yet, or somebody outside has something to say. Whoever moves the time of a case that
// stands moves it from where it really is, and past nothing. It reports false of a case that has ended, too.
func Stands(ctx context.Context, t client.Client, namespace string, c Cases, p Provider, caseID string) (Stillness, bool, error) {
	before, err := describe(ctx, t, namespace, caseID)
	if err != nil || before.moves {
		return Stillness{}, false, err
	}
	if owes, err := p.Owes(ctx, caseID); err != nil || owes {
		return Stillness{}, false, err
	}
	v, err := c.Ask(ctx, caseID)
	if err != nil {
		return Stillness{}, false, err
	}
	after, err := describe(ctx, t, namespace, caseID)
	if err != nil || after.moves || after.run != before.run || after.events != before.events {
		return Stillness{}, false, err
	}
	s := Stillness{View: v, Now: after.now, Next: nextDue(v)}
	if s.Now.IsZero() {
		s.Now = later(v.Now, time.Now()) // the server has not moved its time, or does not say
	}
	if !after.retry.IsZero() && (s.Next.IsZero() || after.retry.Before(s.Next)) {
		s.Next = after.retry
	}
	if !s.Next.IsZero() && !s.Next.After(s.Now) {
		return Stillness{}, false, nil
	}
	return s, true, nil
}

// described is what Temporal says of a case.
type described struct {
	run    string
	events int64
	now    time.Time // its own time, or zero where that was never moved
	retry  time.Time // when a call that failed is tried again, or zero
	moves  bool      // something is under way, or it has ended
}

func describe(ctx context.Context, t client.Client, namespace, caseID string) (d described, err error) {
	ctx, cancel := context.WithTimeout(ctx, forwardWithin)
	defer cancel()
	found, err := t.WorkflowService().DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: namespace, Execution: execution(caseID),
	})
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return described{moves: true}, nil
	}
	if err != nil {
		return d, fmt.Errorf("look how case %s stands: %w", caseID, err)
	}
	info, skipping := found.GetWorkflowExecutionInfo(), found.GetWorkflowExtendedInfo().GetTimeSkippingInfo()
	d.run, d.events = info.GetExecution().GetRunId(), info.GetHistoryLength()
	if at := skipping.GetCurrentTime(); at != nil {
		d.now = at.AsTime()
	}
	d.moves = info.GetCloseTime() != nil || skipping.GetEffectiveConfig().GetEnabled() || found.GetPendingWorkflowTask() != nil || len(found.GetPendingChildren()) > 0
	for _, call := range found.GetPendingActivities() {
		again := call.GetNextAttemptScheduleTime()
		if again == nil {
			d.moves = true // it is at work
			continue
		}
		if d.retry.IsZero() || again.AsTime().Before(d.retry) {
			d.retry = again.AsTime()
		}
	}
	return d, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
