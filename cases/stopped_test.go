package cases_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// stopping is a Temporal server that is being stopped: what is under way is cancelled.
type stopping struct{ counting }

func (s *stopping) QueryWorkflow(context.Context, *workflowservice.QueryWorkflowRequest) (*workflowservice.QueryWorkflowResponse, error) {
	return nil, status.Error(codes.Canceled, "context canceled")
}

func TestACallThatAStoppingServerCancelsMayBeRepeated(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	rpc := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(rpc, &stopping{})
	go func() { _ = rpc.Serve(listener) }()
	defer rpc.Stop()
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: listener.Addr().String(), Namespace: "aftercare"})
	require.NoError(t, err)
	defer temporal.Close()

	_, err = cases.New(temporal, nil, schemas.DoorAPI).Ask(t.Context(), "shop:r-1")
	var refusal *schemas.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, schemas.CodeUnavailable, refusal.Code)
	require.ErrorIs(t, err, context.Canceled, "whoever has gone away himself finds that out")
}
