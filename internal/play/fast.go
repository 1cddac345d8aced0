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
	"go.temporal.io/sdk/client"
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
	// The row is as old as the last event; a clock that stopped since without one, such as that of the acknowledgement, is
	// known to the case alone.
	own, err := st.player.Cases.Ask(ctx, st.caseID)
	var refusal *schemas.Refusal
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.As(err, &refusal):
		return false, nil // it has ended, or does not answer now; the next look tells
	case err != nil:
		return false, st.player.patience.failed(temporal, err)
	}
	next := nextDue(own)
	if own.Revision != v.Revision || next.IsZero() {
		return false, nil
	}
	if wakes := st.player.Parties.wakes(own); !wakes.IsZero() && wakes.Before(next) {
		next = wakes
	}
	wait := max(next.Sub(own.Now), time.Millisecond)
	// A case that was moved and has not said anything is left alone for a moment, then moved again, by a name of its own.
	if st.forwarded == v.Revision && time.Since(st.since) < providerMoment {
		return false, nil
	}
	st.forwards++
	found, err := Forward(ctx, st.player.Temporal, st.player.Namespace, st.caseID, fmt.Sprintf("forward/%d/%d", v.Revision, st.forwards), wait)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.Is(err, ErrNoForward):
		return false, err
	case err != nil:
		// The server is away: the next look tries again, by the same name, should this step have been taken after all.
		st.forwards--
		return false, st.player.patience.failed(temporal, err)
	case !found:
		return false, nil
	}
	st.player.patience.answered(temporal)
	st.forwarded, st.since = v.Revision, time.Now()
	return true, nil
}

// Forward moves the time of one open case ahead by a wait, so that the clocks within it run out now. The step's name keeps a
// repeated call from moving it twice. It reports false where the case is not open any more.
func Forward(ctx context.Context, t client.Client, namespace, caseID, step string, wait time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, forwardWithin)
	defer cancel()
	_, err := t.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         namespace,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: caseID},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: shortID(caseID + step), Duration: durationpb.New(wait)},
		}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	var invalid *serviceerror.InvalidArgument
	var unimplemented *serviceerror.Unimplemented
	if errors.As(err, &invalid) || errors.As(err, &unimplemented) {
		return false, fmt.Errorf("%w: %w", ErrNoForward, err)
	}
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("fast-forward case %s: %w", caseID, err)
	}
	return true, nil
}

// forwardWithin is how long the server may take to move a case's time.
const forwardWithin = 20 * time.Second

// ErrNoForward is the answer of a server without the feature.
var ErrNoForward = errors.New("this Temporal server cannot fast-forward a case (server 1.31 or newer with frontend.WorkflowTimeSkippingEnabled can); play without --fast")

// busy reports whether somebody outside has something to do: a call is under way, or a provider has not had its moment.
func (st *stage) busy() bool {
	quiet := time.Since(st.since) > providerMoment
	if st.view.State == schemas.Submitted && len(st.view.Parked) == 0 {
		return true
	}
	for _, w := range st.view.Work {
		if w.Cause == "" && w.Name != schemas.NoticeSend.Name && !quiet {
			return true
		}
	}
	for _, l := range st.view.Lines {
		switch l.State {
		case schemas.RefundApproved, schemas.RefundProcessing, schemas.Refunded, schemas.WaitPayment, schemas.ShipReplacement, schemas.Confirmed:
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
