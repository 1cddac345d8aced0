package play

import (
	"context"
	"crypto/rand"
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

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// fastForward brings a case to its next due, when it waits for nobody but time. It reports whether it did.
func (st *stage) fastForward(ctx context.Context) (bool, error) {
	if st.view.ClosedAt != nil {
		return false, nil
	}
	p := st.player
	s, stands, err := Stands(ctx, p.Temporal, p.Namespace, p.Cases, p.Provider, st.caseID)
	var refusal *schemas.Refusal
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.As(err, &refusal):
		return false, nil // it has ended, or does not answer now; the next look tells
	case store.Unavailable(err):
		return false, p.patience.failed(database, err)
	case err != nil:
		return false, p.patience.failed(temporal, err)
	case !stands, s.View.Revision != st.view.Revision, s.Next.IsZero():
		return false, nil
	}
	s.View.Now = s.Now
	if wakes := p.Parties.wakes(s.View); !wakes.IsZero() && wakes.Before(s.Next) {
		s.Next = wakes
	}
	found, err := Forward(ctx, p.Temporal, p.Namespace, st.caseID, s.Next.Sub(s.Now))
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.Is(err, ErrNoForward):
		return false, err
	case err != nil:
		// The server is away: the next look tells whether this step has been taken after all.
		return false, p.patience.failed(temporal, err)
	}
	p.patience.answered(temporal)
	return found, nil
}

// Forward moves the time of one open case ahead by a wait, so that the clocks within it run out now. A repeated call moves it once more:
// see Stands. It reports false where the case is not open any more.
func Forward(ctx context.Context, t client.Client, namespace, caseID string, wait time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, forwardWithin)
	defer cancel()
	_, err := t.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         namespace,
		WorkflowExecution: execution(caseID),
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: rand.Text(), Duration: durationpb.New(max(wait, time.Millisecond))},
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

func execution(caseID string) *commonpb.WorkflowExecution {
	return &commonpb.WorkflowExecution{WorkflowId: caseID}
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
