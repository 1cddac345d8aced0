package devstack

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
)

// The ports people expect, because Temporal's own tools use them.
const (
	usualTemporalPort = 7233
	usualUIPort       = 8233
)

// startWithin is how long a server may take to answer after it was started.
const startWithin = 90 * time.Second

// stopGrace is how long a server may take to stop when the caller's context sets no limit.
const stopGrace = 20 * time.Second

// Temporal is a Temporal server that can be used.
type Temporal struct {
	Address   string
	Namespace string
	// UIURL is empty where there is no UI or where we cannot know, for a server that was given.
	UIURL string
	// How says in words which way was taken.
	How string
	// Version is the server's own.
	Version string
	// PID is the server's process; zero for one that was given.
	PID int
	// Missing names features that Aftercare can use and this server lacks.
	Missing []string

	given   bool
	dir     string
	process *process
	release func()
}

// StartTemporal finds or starts a Temporal server with the namespace and the search attributes that are wanted.
func StartTemporal(ctx context.Context, opts Options) (*Temporal, error) {
	opts, err := opts.prepared()
	if err != nil {
		return nil, err
	}
	if !opts.IgnoreGiven && temporalIsGiven() {
		return useGivenTemporal(ctx, opts)
	}
	lock, err := takeLock(opts.Dir, "temporal")
	if err != nil {
		return nil, err
	}
	server, err := startOwnTemporal(ctx, opts)
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	server.release = func() { _ = lock.Close() }
	return server, nil
}

// startOwnTemporal runs under the lock on the folder.
func startOwnTemporal(ctx context.Context, opts Options) (*Temporal, error) {
	program, why, err := findTemporal(ctx, opts)
	if err != nil {
		return nil, err
	}
	// Whatever serves one of our database files must be gone before its successor opens it. Both kinds of server
	// have the file's stem in their command line.
	if err := stopOrphan(ctx, opts.Log, "Temporal server", temporalPIDFile(opts.Dir), opts.temporalDB(), sigTerminate); err != nil {
		return nil, err
	}
	port, err := opts.choosePort("temporal", opts.TemporalPort, usualTemporalPort)
	if err != nil {
		return nil, err
	}
	uiPort := 0
	if !opts.NoUI {
		if uiPort, err = opts.choosePort("temporal-ui", opts.UIPort, usualUIPort); err != nil {
			return nil, err
		}
	}
	limit, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	server, err := program.start(limit, opts, port, uiPort)
	if err != nil {
		return nil, err
	}
	server.How, server.Version, server.dir = program.how, program.version, opts.Dir
	if err := finishTemporal(limit, opts, server); err != nil {
		_ = server.Stop(ctx)
		return nil, err
	}
	opts.Log.Info("temporal is up", zap.String("how", server.How), why.field(), zap.String("address", server.Address),
		zap.String("namespace", server.Namespace), zap.String("ui", server.UIURL), zap.String("version", server.Version),
		zap.Int("pid", server.PID), zap.Strings("missing_features", server.Missing))
	return server, nil
}

// finishTemporal writes down who serves, makes what the server's command line could not, and asks what it can do.
func finishTemporal(ctx context.Context, opts Options, server *Temporal) error {
	if err := writePID(temporalPIDFile(opts.Dir), server.PID); err != nil {
		return err
	}
	client, err := dialTemporal(ctx, server)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := ensureNamespace(ctx, client, opts); err != nil {
		return err
	}
	server.Missing = missingFeatures(ctx, client, server.Namespace)
	return nil
}

// Stop ends a server that was started here and leaves a given one alone. Its data stays.
func (t *Temporal) Stop(ctx context.Context) error {
	if t.process == nil {
		return nil
	}
	ctx, cancel := withGrace(ctx)
	defer cancel()
	err := t.process.stop(ctx)
	_ = os.Remove(temporalPIDFile(t.dir))
	if t.release != nil {
		t.release()
	}
	return err
}

// Kill ends the server as a crash would. Its data stays; StartTemporal on the same folder brings it back.
func (t *Temporal) Kill() {
	if t.process == nil {
		return
	}
	killGroup(t.process.pid())
	<-t.process.done
	if t.release != nil {
		t.release()
	}
}

// Done is closed when the server's process has ended, whoever ended it. It is nil, and so never ready, for a given one.
func (t *Temporal) Done() <-chan struct{} {
	if t.process == nil {
		return nil
	}
	return t.process.done
}

// Env is what a child process needs to reach this server through Temporal's usual variables. For a server that was
// started here it also switches the user's own profile file off, whose TLS or API key belongs to another server.
func (t *Temporal) Env() []string {
	env := []string{"TEMPORAL_ADDRESS=" + t.Address, "TEMPORAL_NAMESPACE=" + t.Namespace}
	if !t.given {
		env = append(env, "TEMPORAL_CONFIG_FILE="+os.DevNull, "TEMPORAL_PROFILE=", "TEMPORAL_API_KEY=", "TEMPORAL_TLS=false")
	}
	return env
}

// temporalDB is the database file without the server's version, which the server or we put into the name.
func (o Options) temporalDB() string { return filepath.Join(o.Dir, "temporal") }

func temporalPIDFile(dir string) string { return filepath.Join(dir, "temporal.pid") }

func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok && ctx.Err() == nil {
		return context.WithCancel(ctx)
	}
	// A caller whose context has already ended, typically by Ctrl-C, still wants a clean stop.
	return context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
}
