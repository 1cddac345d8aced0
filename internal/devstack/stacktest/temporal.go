package stacktest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/devstack"
)

// temporalServer is the one server, and the one namespace, of this process.
type temporalServer struct {
	address, namespace string
	mu                 sync.Mutex
}

var startTemporal = sync.OnceValues(func() (*temporalServer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	if address := os.Getenv(devstack.TestTemporalAddress); address != "" {
		// A namespace of this process's own, so that workflow ids of earlier runs are not met again.
		return &temporalServer{address: address, namespace: "aftercare-test-" + strings.ToLower(rand.Text()[:10])}, nil
	}
	started, err := devstack.StartTemporal(ctx, ownOptions(processDir()))
	if err != nil {
		return nil, err
	}
	keep(started.PID, "")
	return &temporalServer{address: started.Address, namespace: started.Namespace}, nil
})

// Temporal gives the address of this process's server and its namespace, which has these search attributes (name to
// type, as in devstack.Options). Tests share it: they choose workflow ids and task queues of their own.
func Temporal(t testing.TB, attributes map[string]string) (address, namespace string) {
	t.Helper()
	server, err := startTemporal()
	require.NoError(t, err, "Temporal for the tests of this process")
	server.mu.Lock()
	defer server.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	require.NoError(t, devstack.EnsureNamespace(ctx, server.address, server.namespace, attributes))
	return server.address, server.namespace
}
