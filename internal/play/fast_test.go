package play

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/aftercare/aftercare/schemas"
)

// leaving is a Temporal server that cannot move time for a while.
type leaving struct {
	workflowservice.UnimplementedWorkflowServiceServer
	says  []codes.Code
	asked atomic.Int32
	now   time.Time // of the case
	still atomic.Bool
	waits []time.Duration
}

func (l *leaving) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (l *leaving) UpdateWorkflowExecutionOptions(_ context.Context, q *workflowservice.UpdateWorkflowExecutionOptionsRequest) (*workflowservice.UpdateWorkflowExecutionOptionsResponse, error) {
	l.waits = append(l.waits, q.GetWorkflowExecutionOptions().GetTimeSkippingConfig().GetFastForwardConfig().GetDuration().AsDuration())
	if n := int(l.asked.Add(1)) - 1; n < len(l.says) {
		return nil, status.Error(l.says[n], "error reading from server: EOF")
	}
	return &workflowservice.UpdateWorkflowExecutionOptionsResponse{}, nil
}

func (l *leaving) DescribeWorkflowExecution(context.Context, *workflowservice.DescribeWorkflowExecutionRequest) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	found := &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Execution: execution("m:r"), HistoryLength: 9},
		WorkflowExtendedInfo: &workflowpb.WorkflowExecutionExtendedInfo{TimeSkippingInfo: &commonpb.TimeSkippingInfo{
			CurrentTime: timestamppb.New(l.now), EffectiveConfig: &commonpb.TimeSkippingConfig{},
		}},
	}
	if !l.still.Load() {
		found.PendingActivities = []*workflowpb.PendingActivityInfo{{ActivityId: "1"}}
	}
	return found, nil
}

// asking is a case that says how it stands, or why not.
type asking struct {
	Cases
	view schemas.View
	err  error
}

// outside is a provider that has something to say, or not.
type outside struct{ owes bool }

func (o *outside) Mute(context.Context, string) error         { return nil }
func (o *outside) RefuseNext(context.Context, string) error   { return nil }
func (o *outside) Owes(context.Context, string) (bool, error) { return o.owes, nil }

func (a *asking) Ask(context.Context, string) (schemas.View, error) { return a.view, a.err }

// A play waits for a server that is away, and for whoever has something to do; then it moves the case's time from where it is to the next due.
func TestAServerThatIsAwayDoesNotEndAFastPlay(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	now := time.Now().UTC()
	server := &leaving{says: []codes.Code{codes.Canceled, codes.Internal, codes.Aborted}, now: now.Add(20 * time.Minute)}
	rpc := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(rpc, server)
	go func() { _ = rpc.Serve(listener) }()
	defer rpc.Stop()
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: listener.Addr().String(), Namespace: "aftercare"})
	require.NoError(t, err)
	defer temporal.Close()

	view := schemas.View{CaseID: "m:r", Revision: 4, State: schemas.WaitShipback, Now: now, Clocks: []schemas.Clock{{Due: now.Add(time.Hour)}}}
	a, provider := &asking{view: view, err: errors.New("the query was dropped")}, &outside{owes: true}
	st := &stage{
		player: &Player{Cases: a, Temporal: temporal, Namespace: "aftercare", Provider: provider, patience: newPatience(time.Minute, zap.NewNop())},
		caseID: "m:r", view: view,
	}
	stays := func(why string) {
		t.Helper()
		moved, err := st.fastForward(t.Context())
		require.NoError(t, err, why)
		require.False(t, moved, why)
	}
	stays("a call is under way")
	server.still.Store(true)
	stays("the provider has something to say")
	provider.owes = false
	stays("a case that does not answer is asked again")
	a.err = nil
	st.view.Revision = 3
	stays("the row is older than the case")
	st.view.Revision = 4
	server.now = now.Add(time.Hour)
	stays("a clock has run out, and the case has not heard it")
	server.now = now.Add(20 * time.Minute)
	require.Zero(t, server.asked.Load())
	for range server.says {
		stays("the server is away")
	}
	moved, err := st.fastForward(t.Context())
	require.NoError(t, err)
	require.True(t, moved)
	require.GreaterOrEqual(t, len(server.waits), 4)
	for _, wait := range server.waits {
		require.Equal(t, 40*time.Minute, wait, "from the case's own time, however old what it told is")
	}
}

// The order could not be looked up: somebody frees the step, and where nobody does its clock runs out.
func TestACaseWhoseIntakeIsParkedIsPlayedOn(t *testing.T) {
	t.Parallel()
	parked := schemas.View{State: schemas.Submitted, Parked: []schemas.Parked{{
		StepID: "p1", Step: schemas.CaseIntake.Name, Frees: []schemas.Freeing{{Command: schemas.StepRetry.Name}},
	}}}
	require.True(t, takenIn(parked), "nobody waits for an intake that waits for them")
	require.Equal(t, schemas.StepRetry.Name, Prompt.next(parked)[0].name)
	require.Empty(t, SilentMerchant.next(parked))
}

// A success that cannot be looked up is asked about again. An order that was not taken is not: its lines have failed, and finance asks again.
func TestAParkedConfirmationIsFreed(t *testing.T) {
	t.Parallel()
	parked := func(step string) schemas.View {
		return schemas.View{State: schemas.Refunded, Parked: []schemas.Parked{{StepID: "p1", Step: step, Frees: []schemas.Freeing{{Command: schemas.StepRetry.Name}}}}}
	}
	require.Equal(t, schemas.StepRetry.Name, Prompt.next(parked(schemas.RefundConfirm.Name))[0].name)
	require.Empty(t, Prompt.next(parked(schemas.RefundRequest.Name)))
}
