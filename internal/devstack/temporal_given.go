package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"
)

// temporalIsGiven reports whether somebody named a server: by address, or by a profile of Temporal's own
// configuration file. The file's default profile alone does not count; it is usually there for other work.
func temporalIsGiven() bool {
	return os.Getenv("TEMPORAL_ADDRESS") != "" || os.Getenv("TEMPORAL_PROFILE") != ""
}

// useGivenTemporal checks that the given server answers and has the namespace. It changes nothing there: the server
// belongs to somebody, and what is missing is named with the command that makes it.
func useGivenTemporal(ctx context.Context, opts Options) (*Temporal, error) {
	settings, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, fmt.Errorf("read the Temporal settings from the environment: %w", err)
	}
	if settings.Namespace == "" {
		settings.Namespace = opts.Namespace
	}
	settings.Logger = silent{}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("the given Temporal server %s does not answer: start it, or unset TEMPORAL_ADDRESS and TEMPORAL_PROFILE so that one is started here: %w", settings.HostPort, err)
	}
	defer c.Close()
	_, err = c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: settings.Namespace})
	var notFound *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &notFound):
		return nil, fmt.Errorf("the given Temporal server %s has no namespace %s: make it with\n  temporal operator namespace create --namespace %s --retention 30d", settings.HostPort, settings.Namespace, settings.Namespace)
	case err != nil:
		return nil, fmt.Errorf("ask the given Temporal server for namespace %s: %w", settings.Namespace, err)
	}
	server := &Temporal{Address: settings.HostPort, Namespace: settings.Namespace, How: "given by TEMPORAL_ADDRESS or TEMPORAL_PROFILE", given: true}
	if info, err := c.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{}); err == nil {
		server.Version = info.ServerVersion
	}
	server.Missing = missingFeatures(ctx, c, server.Namespace)
	missing, err := missingAttributes(ctx, c, server.Namespace, opts.SearchAttributes)
	if err != nil {
		return nil, err
	}
	for name, typ := range missing {
		opts.Log.Warn("the given Temporal server lacks a search attribute, and the worker will refuse to start without it",
			zap.String("make_it_with", fmt.Sprintf("temporal operator search-attribute create --namespace %s --name %s --type %s", server.Namespace, name, typ)))
	}
	opts.Log.Info("temporal is used", zap.String("how", server.How), zap.String("address", server.Address),
		zap.String("namespace", server.Namespace), zap.String("version", server.Version), zap.Strings("missing_features", server.Missing))
	return server, nil
}

// silent keeps the SDK from writing to a terminal that belongs to somebody else.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
