package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// reach is what a command has at hand: the settings, and what it asked to be connected to.
type reach struct {
	config    config.Config
	dev       bool // it is the dev stack that runs on the data folder
	log       *zap.Logger
	temporal  client.Client
	namespace string
	store     *store.Store
	world     *sandbox.World
	cases     *cases.Client
}

// find reads where everything is: the addresses that are given, or else the dev stack that runs on the data folder.
func (cli *commandLine) find() (*reach, error) {
	_, temporalGiven := os.LookupEnv("TEMPORAL_ADDRESS")
	_, databaseGiven := os.LookupEnv("DATABASE_URL")
	if !temporalGiven || !databaseGiven {
		state, err := devstack.ReadState(cli.Data)
		if err != nil {
			return nil, fmt.Errorf("%w; or give TEMPORAL_ADDRESS and DATABASE_URL", err)
		}
		if err := adopt(state); err != nil {
			return nil, err
		}
	}
	if _, set := os.LookupEnv("AFTERCARE_LOG_LEVEL"); !set {
		os.Setenv("AFTERCARE_LOG_LEVEL", "warn") // a command's own output is what its user came for
	}
	if _, set := os.LookupEnv("AFTERCARE_LOG_FORMAT"); !set {
		os.Setenv("AFTERCARE_LOG_FORMAT", "console")
	}
	cfg, err := config.Read(os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return &reach{config: cfg, dev: !temporalGiven || !databaseGiven, log: cfg.Logger()}, nil
}

// adopt takes the addresses of a running dev stack over, for this process alone.
func adopt(state devstack.State) error {
	settings := append([]string{"DATABASE_URL=" + state.Postgres.URL, "AFTERCARE_DEV_POLICIES=true"}, state.Temporal.Env...)
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		var err error
		if value == "" {
			err = os.Unsetenv(name)
		} else {
			err = os.Setenv(name, value)
		}
		if err != nil {
			return fmt.Errorf("take the addresses of the dev stack over: %w", err)
		}
	}
	return nil
}

// withDatabase connects to the database.
func (r *reach) withDatabase(ctx context.Context) error {
	s, err := store.Open(ctx, r.config.DatabaseURL)
	if err != nil {
		return fmt.Errorf("the database does not answer; is the dev stack running?: %w", err)
	}
	r.store = s
	return nil
}

// withSandbox connects to the books of the sandboxes.
func (r *reach) withSandbox(ctx context.Context) error {
	w, err := sandbox.Open(ctx, r.config.SandboxURL, sandbox.WithLogger(r.log))
	if err != nil {
		return fmt.Errorf("the sandboxes' books do not answer: %w", err)
	}
	r.world = w
	return nil
}

// withCases connects to Temporal, and makes the client on what is connected.
func (r *reach) withCases(ctx context.Context) error {
	c, options, err := app.Dial(ctx, r.log)
	if err != nil {
		return err
	}
	r.temporal, r.namespace = c, options.Namespace
	var records cases.Records
	if r.store != nil {
		records = app.Records(r.store)
	}
	r.cases = cases.New(c, records, schemas.DoorCLI)
	return nil
}

func (r *reach) close() {
	if r.temporal != nil {
		r.temporal.Close()
	}
	if r.store != nil {
		r.store.Close()
	}
	if r.world != nil {
		r.world.Close()
	}
	_ = r.log.Sync()
}

// connect finds everything and connects to the database and to Temporal, which most commands need.
func (cli *commandLine) connect(ctx context.Context) (*reach, error) {
	r, err := cli.find()
	if err != nil {
		return nil, err
	}
	if err := r.withDatabase(ctx); err != nil {
		return nil, err
	}
	if err := r.withCases(ctx); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}
