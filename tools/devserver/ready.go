package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/primitives"
)

// waitUntilReady asks the questions a first client would ask until each has its answer. A listening port is not
// enough: the history service may not have taken its shard yet, and the first start of a workflow would fail.
func (s *server) waitUntilReady(ctx context.Context) error {
	frontend := address(s.reachableIP(primitives.FrontendService), s.opts.port)
	conn, err := grpc.NewClient("passthrough:///"+frontend, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("make a client for the server: %w", err)
	}
	defer func() { _ = conn.Close() }()
	checks := []struct {
		what string
		ask  func(context.Context) error
	}{
		{"its frontend", func(ctx context.Context) error { return askNamespace(ctx, conn, s.opts.namespace) }},
		{"its history service", func(ctx context.Context) error { return askHistory(ctx, conn, s.opts.namespace) }},
		{"its visibility store", func(ctx context.Context) error { return askVisibility(ctx, conn, s.opts.namespace) }},
		{"its search attributes", func(ctx context.Context) error { return s.askAttributes(ctx, conn) }},
		{"its UI", s.askUI},
	}
	for _, check := range checks {
		if err := waitFor(ctx, check.ask); err != nil {
			return fmt.Errorf("the server started, but %s did not become ready: %w", check.what, err)
		}
	}
	return nil
}

// waitFor repeats a question until it is answered, and reports the last refusal when time is up.
func waitFor(ctx context.Context, ask func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := ask(attempt)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func askNamespace(ctx context.Context, conn *grpc.ClientConn, namespace string) error {
	_, err := workflowservice.NewWorkflowServiceClient(conn).DescribeNamespace(ctx,
		&workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	return err
}

// askHistory asks for a workflow that cannot exist: "not found" can only come from the shard that would hold it.
func askHistory(ctx context.Context, conn *grpc.ClientConn, namespace string) error {
	_, err := workflowservice.NewWorkflowServiceClient(conn).DescribeWorkflowExecution(ctx,
		&workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: namespace,
			Execution: &common.WorkflowExecution{WorkflowId: "devserver:readiness"},
		})
	var notFound *serviceerror.NotFound
	if errors.As(serviceerror.FromStatus(status.Convert(err)), &notFound) {
		return nil
	}
	return err
}

func askVisibility(ctx context.Context, conn *grpc.ClientConn, namespace string) error {
	_, err := workflowservice.NewWorkflowServiceClient(conn).CountWorkflowExecutions(ctx,
		&workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
	return err
}

func (s *server) askAttributes(ctx context.Context, conn *grpc.ClientConn) error {
	answer, err := operatorservice.NewOperatorServiceClient(conn).ListSearchAttributes(ctx,
		&operatorservice.ListSearchAttributesRequest{Namespace: s.opts.namespace})
	if err != nil {
		return err
	}
	for name := range s.opts.attributes {
		if _, ok := answer.CustomAttributes[name]; !ok {
			return fmt.Errorf("search attribute %s is not listed", name)
		}
	}
	return nil
}

func (s *server) askUI(ctx context.Context) error {
	if s.ui == nil {
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.uiURL(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}
