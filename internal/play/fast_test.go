package play

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aftercare/aftercare/schemas"
)

// leaving is a Temporal server that cannot move time for a while.
type leaving struct {
	workflowservice.UnimplementedWorkflowServiceServer
	says  []codes.Code
	asked atomic.Int32
	ids   []string
}

func (l *leaving) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (l *leaving) UpdateWorkflowExecutionOptions(_ context.Context, q *workflowservice.UpdateWorkflowExecutionOptionsRequest) (*workflowservice.UpdateWorkflowExecutionOptionsResponse, error) {
	l.ids = append(l.ids, q.GetWorkflowExecutionOptions().GetTimeSkippingConfig().GetFastForwardConfig().GetId())
	if n := int(l.asked.Add(1)) - 1; n < len(l.says) {
		return nil, status.Error(l.says[n], "error reading from server: EOF")
	}
	return &workflowservice.UpdateWorkflowExecutionOptionsResponse{}, nil
}

// asking is a case that says how it stands, or why not.
type asking struct {
	Cases
	view schemas.View
	err  error
}

func (a *asking) Ask(context.Context, string) (schemas.View, error) { return a.view, a.err }

// A play waits for a server that is away, and moves the case's time once, by one name, however often it had to ask.
func TestAServerThatIsAwayDoesNotEndAFastPlay(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &leaving{says: []codes.Code{codes.Canceled, codes.Internal, codes.Aborted}}
	rpc := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(rpc, server)
	go func() { _ = rpc.Serve(listener) }()
	defer rpc.Stop()
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: listener.Addr().String(), Namespace: "aftercare"})
	require.NoError(t, err)
	defer temporal.Close()

	now := time.Now()
	view := schemas.View{CaseID: "m:r", Revision: 4, State: schemas.WaitShipback, Now: now, Clocks: []schemas.Clock{{Due: now.Add(time.Hour)}}}
	a := &asking{view: view, err: errors.New("the query was dropped")}
	st := &stage{
		player: &Player{Cases: a, Temporal: temporal, Namespace: "aftercare", patience: newPatience(time.Minute, zap.NewNop())},
		caseID: "m:r", view: view,
	}
	moved, err := st.fastForward(t.Context())
	require.NoError(t, err, "a case that does not answer is asked again")
	require.False(t, moved)
	a.err = nil
	for range server.says {
		moved, err := st.fastForward(t.Context())
		require.NoError(t, err)
		require.False(t, moved)
	}
	moved, err = st.fastForward(t.Context())
	require.NoError(t, err)
	require.True(t, moved)
	for _, id := range server.ids {
		require.Equal(t, server.ids[0], id)
	}
	require.GreaterOrEqual(t, len(server.ids), 4)
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
	require.False(t, (&stage{view: parked}).busy(), "so that its time can be moved ahead")
	require.True(t, (&stage{view: schemas.View{State: schemas.Submitted}}).busy(), "an intake that is at work is waited for")
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
