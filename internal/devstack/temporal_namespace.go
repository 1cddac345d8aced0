package devstack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// retention is how long closed cases stay visible in Temporal. Their archive is PostgreSQL.
const retention = 30 * 24 * time.Hour

func dialTemporal(ctx context.Context, server *Temporal) (client.Client, error) {
	c, err := client.DialContext(ctx, client.Options{HostPort: server.Address, Namespace: server.Namespace, Logger: silent{}})
	if err != nil {
		return nil, fmt.Errorf("reach the Temporal server that was just started on %s: %w", server.Address, err)
	}
	return c, nil
}

// EnsureNamespace makes a namespace with these search attributes on a server that the caller may change, or adds to an
// existing one what it lacks, and returns when workflows can be started there.
func EnsureNamespace(ctx context.Context, address, namespace string, attributes map[string]string) error {
	c, err := dialTemporal(ctx, &Temporal{Address: address, Namespace: namespace})
	if err != nil {
		return err
	}
	defer c.Close()
	opts := Options{Namespace: namespace, SearchAttributes: attributes}
	if err := ensureNamespace(ctx, c, opts); err != nil {
		return err
	}
	var last error
	if err := waitUntil(ctx, func() bool {
		_, last = c.WorkflowService().CountWorkflowExecutions(ctx, countAll(namespace))
		return last == nil
	}); err != nil {
		return fmt.Errorf("wait for namespace %s: %w", namespace, errors.Join(err, last))
	}
	return nil
}

// ensureNamespace makes sure that a server of ours has the namespace, its retention and the search attributes. The
// pinned server does all this from its command line; for a temporal CLI it may be left to do.
func ensureNamespace(ctx context.Context, c client.Client, opts Options) error {
	service := c.WorkflowService()
	answer, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: opts.Namespace})
	var notFound *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &notFound):
		_, err = service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace: opts.Namespace, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
		})
	case err == nil && answer.Config.WorkflowExecutionRetentionTtl.AsDuration() != retention:
		_, err = service.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: opts.Namespace,
			Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
		})
	}
	if err != nil {
		return fmt.Errorf("make namespace %s: %w", opts.Namespace, err)
	}
	return ensureAttributes(ctx, c, opts)
}

func ensureAttributes(ctx context.Context, c client.Client, opts Options) error {
	var missing map[string]string
	var err error
	// A namespace that has just been made is not known to the whole server at once.
	if wait := waitUntil(ctx, func() bool {
		missing, err = missingAttributes(ctx, c, opts.Namespace, opts.SearchAttributes)
		return !isUnavailable(err)
	}); wait != nil {
		return errors.Join(wait, err)
	}
	if err != nil || len(missing) == 0 {
		return err
	}
	wanted := map[string]enums.IndexedValueType{}
	for name, text := range missing {
		typ, err := enums.IndexedValueTypeFromString(text)
		if err != nil {
			return fmt.Errorf("search attribute %s: type %q is unknown to Temporal", name, text)
		}
		wanted[name] = typ
	}
	if _, err := c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: opts.Namespace, SearchAttributes: wanted,
	}); err != nil {
		return fmt.Errorf("make search attributes: %w", err)
	}
	// The server answers before every part of it knows them; a worker that asks now must see them.
	if err := waitUntil(ctx, func() bool {
		missing, err = missingAttributes(ctx, c, opts.Namespace, opts.SearchAttributes)
		return err == nil && len(missing) == 0
	}); err != nil {
		return fmt.Errorf("wait for the search attributes that were just made: %w", err)
	}
	return nil
}

func isUnavailable(err error) bool {
	var unavailable *serviceerror.Unavailable
	var notFound *serviceerror.NamespaceNotFound
	return errors.As(err, &unavailable) || errors.As(err, &notFound)
}

// missingAttributes names the wanted search attributes that the namespace lacks. One that is there with another type
// is an error, because nothing can be added to repair it.
func missingAttributes(ctx context.Context, c client.Client, namespace string, wanted map[string]string) (map[string]string, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	answer, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, fmt.Errorf("list the search attributes of %s: %w", namespace, err)
	}
	missing := map[string]string{}
	for name, typ := range wanted {
		has, ok := answer.CustomAttributes[name]
		switch {
		case !ok:
			missing[name] = typ
		case has.String() != typ:
			return nil, fmt.Errorf("search attribute %s of namespace %s is %s, and %s is wanted: use another namespace or data folder", name, namespace, has, typ)
		}
	}
	return missing, nil
}

// missingFeatures asks the server what it can do. Whether fairness is switched on cannot be asked of any server; it
// is on for those started here.
func missingFeatures(ctx context.Context, c client.Client, namespace string) []string {
	var missing []string
	answer, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err == nil && !answer.GetNamespaceInfo().GetCapabilities().GetSyncUpdate() {
		missing = append(missing, "updates (commands to a case)")
	}
	if err == nil && !answer.GetNamespaceInfo().GetCapabilities().GetWorkflowPause() {
		missing = append(missing, "pausing a workflow")
	}
	if !canFastForward(ctx, c, namespace) {
		missing = append(missing, "fast-forward of a case")
	}
	return missing
}

// canFastForward asks for the fast-forward of a workflow that cannot exist. A server with the feature looks for the
// workflow and does not find it; one without refuses the request itself.
func canFastForward(ctx context.Context, c client.Client, namespace string) bool {
	_, err := c.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         namespace,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "aftercare:probe"},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: "probe", Duration: durationpb.New(time.Second)},
		}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}
