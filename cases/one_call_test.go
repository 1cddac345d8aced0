package cases_test

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
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

// counting is a Temporal server that starts workflows and remembers what it was asked.
type counting struct {
	workflowservice.UnimplementedWorkflowServiceServer
	unaware bool // of the search attributes of its namespace
	mu      sync.Mutex
	calls   []string
	shown   []string // the search attributes of the last workflow
}

func (c *counting) StartWorkflowExecution(_ context.Context, r *workflowservice.StartWorkflowExecutionRequest) (*workflowservice.StartWorkflowExecutionResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown = slices.Sorted(maps.Keys(r.GetSearchAttributes().GetIndexedFields()))
	if c.unaware && len(c.shown) > 0 {
		return nil, status.Error(codes.InvalidArgument, "Namespace aftercare has no mapping defined for search attribute AftercareKind")
	}
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

// serving connects to a server, and forgets what connecting took: that is taken once, and not a case.
func serving(t *testing.T, server *counting) *cases.Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	rpc := grpc.NewServer(grpc.UnaryInterceptor(server.count))
	workflowservice.RegisterWorkflowServiceServer(rpc, server)
	go func() { _ = rpc.Serve(listener) }()
	t.Cleanup(rpc.Stop)
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: listener.Addr().String(), Namespace: "aftercare"})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	server.mu.Lock()
	defer server.mu.Unlock()
	server.calls = nil
	return cases.New(temporal, nil, schemas.DoorAPI)
}

func wishOf(kind schemas.Kind) schemas.Request {
	r := schemas.Request{
		RequestID: "r-" + string(kind), Kind: kind, MerchantID: "lotus", OrderID: "L-1", CustomerID: "c-1", Reason: schemas.WrongVariant,
		Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}},
	}
	if kind == schemas.KindExchange {
		r.Lines[0].ReplacementSKU = "OTHER"
	}
	return r
}

const start = "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution"

// TestOpeningACaseIsOneCallAndNoDatabase: the client is made without a database, and the connection counts.
func TestOpeningACaseIsOneCallAndNoDatabase(t *testing.T) {
	t.Parallel()
	server := &counting{}
	c := serving(t, server)
	for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		opened, err := c.Open(t.Context(), wishOf(kind), "")
		require.NoError(t, err)
		require.Equal(t, "run-1", opened.RunID)
	}
	require.Equal(t, []string{start, start}, server.calls)
	require.Subset(t, server.shown, []string{schemas.AttrMerchant, schemas.AttrOrder}, "it is found by them before any worker has seen it")
}

func TestACaseIsOpenedThoughTheServerDoesNotKnowItsAttributesYet(t *testing.T) {
	t.Parallel()
	server := &counting{unaware: true}
	opened, err := serving(t, server).Open(t.Context(), wishOf(schemas.KindReturn), "")
	require.NoError(t, err)
	require.Equal(t, "run-1", opened.RunID)
	require.Equal(t, []string{start, start}, server.calls)
	require.Empty(t, server.shown)
}
