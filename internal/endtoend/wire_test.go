package endtoend

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// wire lies between a worker and Temporal. It passes everything on untouched, but for the calls that a test takes: so an
// answer can be lost on its way at exactly one place, with a worker that knows nothing of tests.
type wire struct {
	address string
	up      *grpc.ClientConn
	mu      sync.Mutex
	taking  func(c *call) bool
}

// call is one call of the worker's that a test may take.
type call struct {
	wire   *wire
	ctx    context.Context
	method string // such as RespondWorkflowTaskCompleted
	body   frame
	answer func(frame, error)
}

// frame is a message as it travels.
type frame []byte

// framing passes messages on without reading them.
type framing struct{}

func (framing) Name() string { return "proto" }

func (framing) Marshal(v any) ([]byte, error) { return *v.(*frame), nil }

func (framing) Unmarshal(data []byte, v any) error {
	*v.(*frame) = append(frame(nil), data...)
	return nil
}

const workflowService = "/temporal.api.workflowservice.v1.WorkflowService/"

// wireTo opens a wire to a server, for the length of a test.
func wireTo(t *testing.T, server string) *wire {
	t.Helper()
	up, err := grpc.NewClient(server, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(framing{}), grpc.MaxCallRecvMsgSize(64<<20)))
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{address: listener.Addr().String(), up: up}
	s := grpc.NewServer(grpc.ForceServerCodec(framing{}), grpc.UnknownServiceHandler(w.serve), grpc.MaxRecvMsgSize(64<<20))
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() {
		s.Stop()
		_ = up.Close()
	})
	return w
}

// take lets a test see every call. It answers true for a call that it deals with itself; that one goes no further.
func (w *wire) take(taking func(c *call) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taking = taking
}

func (w *wire) serve(_ any, stream grpc.ServerStream) error {
	var in frame
	if err := stream.RecvMsg(&in); err != nil {
		return err
	}
	full, _ := grpc.MethodFromServerStream(stream)
	c := &call{wire: w, ctx: stream.Context(), method: full, body: in}
	if len(full) > len(workflowService) && full[:len(workflowService)] == workflowService {
		c.method = full[len(workflowService):]
	}
	var out frame
	var err error
	taken := false
	c.answer = func(f frame, e error) { out, err, taken = f, e, true }
	w.mu.Lock()
	taking := w.taking
	w.mu.Unlock()
	if taking == nil || !taking(c) || !taken {
		out, err = w.pass(c.ctx, full, in)
	}
	if err != nil {
		return err
	}
	return stream.SendMsg(&out)
}

func (w *wire) pass(ctx context.Context, full string, in frame) (frame, error) {
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		ctx = metadata.NewOutgoingContext(ctx, md)
	}
	var out frame
	err := w.up.Invoke(ctx, full, &in, &out)
	return out, err
}

// hold keeps a call until the worker that made it is gone.
func (c *call) hold() {
	<-c.ctx.Done()
	c.answer(nil, status.Error(codes.Canceled, "the worker is gone"))
}

// instead calls something else in the place of the call, and tells the worker that its own went well.
func (c *call) instead(method string, in, answer proto.Message) {
	body, err := proto.Marshal(in)
	if err == nil {
		_, err = c.wire.pass(c.ctx, workflowService+method, body)
	}
	if err != nil {
		c.answer(nil, err)
		return
	}
	out, err := proto.Marshal(answer)
	c.answer(out, err)
}

// onTheWire opens a house whose worker will reach Temporal through a wire. The worker is not started yet, so that a test can
// take its very first calls.
func onTheWire(t *testing.T, n need) (*house, *wire) {
	t.Helper()
	n.noWorker = true
	h := openHouse(t, n)
	w := wireTo(t, h.address)
	h.workerAddress = w.address
	return h, w
}
