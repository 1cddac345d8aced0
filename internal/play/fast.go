package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/aftercare/aftercare/schemas"
)

// providerMoment is how long a payment provider is given to speak before its silence is taken for one.
const providerMoment = 3 * time.Second

// fastForward brings a case to its next due, when it waits for nobody but time. It reports whether it did.
func (st *stage) fastForward(ctx context.Context) (bool, error) {
	v := st.view
	if v.ClosedAt != nil || st.busy() {
		return false, nil
	}
	next := nextDue(v)
	wait := next.Sub(v.Now)
	if next.IsZero() {
		return false, nil
	}
	key := fmt.Sprintf("forward/%d", v.Revision)
	if st.done[key] && time.Since(st.since) < providerMoment {
		return false, nil
	}
	if wait < time.Millisecond {
		wait = time.Millisecond
	}
	_, err := st.player.Temporal.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         st.player.Namespace,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: st.caseID},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: shortID(st.caseID + key), Duration: durationpb.New(wait)},
		}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	var invalid *serviceerror.InvalidArgument
	var unimplemented *serviceerror.Unimplemented
	if errors.As(err, &invalid) || errors.As(err, &unimplemented) {
		return false, fmt.Errorf("this Temporal server cannot fast-forward a case (server 1.31 or newer with frontend.WorkflowTimeSkippingEnabled can); play without --fast: %w", err)
	}
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return false, nil // it has ended meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("fast-forward case %s: %w", st.caseID, err)
	}
	if st.done == nil {
		st.done = map[string]bool{}
	}
	st.done[key] = true
	st.since = time.Now()
	return true, nil
}

// busy reports whether somebody outside has something to do: a call is under way, or a provider has not had its moment.
func (st *stage) busy() bool {
	quiet := time.Since(st.since) > providerMoment
	if st.view.State == schemas.Submitted {
		return true
	}
	for _, w := range st.view.Work {
		if w.Cause == "" && w.Name != schemas.NoticeSend.Name && !quiet {
			return true
		}
	}
	for _, l := range st.view.Lines {
		switch l.State {
		case schemas.RefundApproved, schemas.RefundProcessing, schemas.Refunded:
			if !quiet {
				return true
			}
		}
	}
	return false
}

// nextDue is the earliest moment at which a clock of the case does something.
func nextDue(v schemas.View) time.Time {
	var next time.Time
	for _, k := range v.Clocks {
		if k.Paused {
			continue
		}
		if next.IsZero() || k.Due.Before(next) {
			next = k.Due
		}
	}
	return next
}
