// Package app puts the parts together: it is the one place that knows all of them.
package app

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/schemas"
)

// Dial connects to Temporal as its own variables and profile say, and makes sure that it answers. The namespace is
// "aftercare" where nothing else is said.
func Dial(ctx context.Context, log *zap.Logger) (client.Client, client.Options, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, options, fmt.Errorf("read Temporal's settings: %w", err)
	}
	if options.Namespace == "" || options.Namespace == client.DefaultNamespace {
		options.Namespace = devstack.DefaultNamespace
	}
	options.Logger = config.ForTemporal(log.Named("temporal"))
	if onThisMachine(options.HostPort) {
		// Nothing is saved on a wire that is not there, and packing and unpacking every message takes both sides a tenth of their time.
		options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, options)
	if err != nil {
		address := options.HostPort
		if address == "" {
			address = client.DefaultHostPort
		}
		return nil, options, fmt.Errorf("no Temporal server answers at %s: start one with `go run ./starter dev`, or set TEMPORAL_ADDRESS: %w", address, err)
	}
	return c, options, nil
}

// onThisMachine reports whether an address is the loopback's; an empty one is the SDK's default, which is.
func onThisMachine(address string) bool {
	if address == "" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// SearchAttributes are the attributes a namespace needs, as Temporal's tools write them.
func SearchAttributes() map[string]string {
	types := map[string]string{}
	for _, a := range schemas.SearchAttributes {
		types[a.Name] = string(a.Type)
	}
	return types
}

// checkSearchAttributes refuses a namespace that lacks one: a case that sets an attribute nobody registered would stop for
// ever, so a worker does not begin there.
func checkSearchAttributes(ctx context.Context, c client.Client, namespace string) error {
	known, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("list the search attributes of namespace %s: %w", namespace, err)
	}
	command, missing := "temporal operator search-attribute create --namespace "+namespace, 0
	for _, a := range schemas.SearchAttributes {
		kind, ok := known.GetCustomAttributes()[a.Name]
		if ok && !strings.EqualFold(kind.String(), string(a.Type)) {
			return fmt.Errorf("the search attribute %s of namespace %s is of type %s and must be %s: remove it with `temporal operator search-attribute remove --namespace %s --name %s` and start again", a.Name, namespace, kind, a.Type, namespace, a.Name)
		}
		if !ok {
			missing++
			command += fmt.Sprintf(" --name %s --type %s", a.Name, a.Type)
		}
	}
	if missing == 0 {
		return nil
	}
	return fmt.Errorf("namespace %s lacks %d search attribute(s); make them with:\n  %s", namespace, missing, command)
}
