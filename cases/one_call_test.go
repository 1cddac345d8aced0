package cases_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// counting is a Temporal server that starts workflows and remembers what it was asked.
type counting struct {
	workflowservice.UnimplementedWorkflowServiceServer
	mu    sync.Mutex
	calls []string
}

func (c *counting) StartWorkflowExecution(context.Context, *workflowservice.StartWorkflowExecutionRequest) (*workflowservice.StartWorkflowExecutionResponse, error) {
	return &workflowservice.StartWorkflowExecutionResponse{RunId: "run-1", Started: true}, nil
}

func (c *counting) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (c *counting) count(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	c.mu.Lock()
	c.calls = append(c.calls, info.FullMethod)
	c.mu.Unlock()
	return handle(ctx, req)
}

// TestOpeningACaseIsOneCallAndNoDatabase: the client is made without a database, and the connection counts.
func TestOpeningACaseIsOneCallAndNoDatabase(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &counting{}
	rpc := grpc.NewServer(grpc.UnaryInterceptor(server.count))
	workflowservice.RegisterWorkflowServiceServer(rpc, server)
	go func() { _ = rpc.Serve(listener) }()
	defer rpc.Stop()
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: listener.Addr().String(), Namespace: "aftercare"})
	require.NoError(t, err)
	defer temporal.Close()
	server.mu.Lock()
	server.calls = nil // what connecting takes is taken once, and not a case
	server.mu.Unlock()

	c := cases.New(temporal, nil, schemas.DoorAPI)
	for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		r := schemas.Request{
			RequestID: "r-" + string(kind), Kind: kind, MerchantID: "lotus", OrderID: "L-1", CustomerID: "c-1", Reason: schemas.WrongVariant,
			Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}},
		}
		if kind == schemas.KindExchange {
			r.Lines[0].ReplacementSKU = "OTHER"
		}
		opened, err := c.Open(t.Context(), r, "")
		require.NoError(t, err)
		require.Equal(t, "run-1", opened.RunID)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	start := "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution"
	require.Equal(t, []string{start, start}, server.calls)
}
