package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/internal/devworker"
)

// devCommand starts everything on this machine and stays until it is stopped.
type devCommand struct {
	NoWorker bool `help:"Leave the worker to \"go run ./worker\"."`
	Port     int  `help:"Port of Temporal; 0 is 7233 where it is free." default:"0"`
	UIPort   int  `help:"Port of Temporal's UI; 0 is 8233 where it is free." default:"0"`
	NoUI     bool `help:"Leave Temporal's UI out."`
}

func (c *devCommand) Run(ctx context.Context, cli *commandLine) error {
	log := devLog()
	defer func() { _ = log.Sync() }()
	stack, err := devstack.Start(ctx, devstack.Options{
		Dir: cli.Data, Progress: os.Stderr, Log: log, SearchAttributes: app.SearchAttributes(),
		TemporalPort: c.Port, UIPort: c.UIPort, NoUI: c.NoUI,
	})
	if err != nil {
		return err
	}
	stopStack := func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		return stack.Stop(ctx)
	}
	if err := c.serve(ctx, cli, stack, log); err != nil {
		return errors.Join(err, stopStack())
	}
	fmt.Println("stopping: open cases go on at the next start")
	return stopStack()
}

// serve migrates, starts the worker, says where everything is, and waits for the end.
func (c *devCommand) serve(ctx context.Context, cli *commandLine, stack *devstack.Stack, log *zap.Logger) error {
	if err := app.Migrate(ctx, stack.Postgres.URL, func(s string) { log.Info("migrate", zap.String("step", s)) }); err != nil {
		return err
	}
	state := stack.State()
	var worker *devworker.Process
	if !c.NoWorker {
		var err error
		if worker, err = startWorker(ctx, state, cli.policyFolder(""), log); err != nil {
			return err
		}
		defer func() { worker.Stop() }()
		state.Services = []devstack.Service{{Name: "worker", PID: worker.PID()}}
	}
	if err := devstack.WriteState(stack.Dir, state); err != nil {
		return err
	}
	if worker != nil {
		if err := worker.Ready(ctx); err != nil {
			return err
		}
	}
	c.announce(cli, state, worker)
	deaths := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-stack.Temporal.Done():
			return errors.New("the Temporal server ended by itself; its log is in " + filepath.Join(stack.Dir, "temporal.log"))
		case <-stack.Postgres.Done():
			return errors.New("PostgreSQL ended by itself; its log is in " + filepath.Join(stack.Dir, "postgres.log"))
		case <-worker.Done():
		}
		// A worker keeps nothing, so a killed one is simply started again; one that cannot live says so in its last words.
		if worker.Age() > time.Minute {
			deaths = 0
		}
		if deaths++; deaths > enoughDeaths {
			return errors.New("the worker ends again and again; its last words are above")
		}
		again, err := startWorker(ctx, state, cli.policyFolder(""), log)
		if err != nil {
			return err
		}
		worker = again
		state.Services = []devstack.Service{{Name: "worker", PID: worker.PID()}}
		if err := devstack.WriteState(stack.Dir, state); err != nil {
			return err
		}
		fmt.Printf("worker      pid %d, started again after the one before had ended\n", worker.PID())
	}
}

// enoughDeaths is how many short-lived workers in a row mean that something is wrong with it and not with its end.
const enoughDeaths = 5

// announce says where everything is, and "ready" on a line of its own when all of it answers.
func (c *devCommand) announce(cli *commandLine, s devstack.State, worker *devworker.Process) {
	fmt.Printf("Temporal    %s  namespace %s  (%s)\n", s.Temporal.Address, s.Temporal.Namespace, s.Temporal.How)
	if s.Temporal.UI != "" {
		fmt.Printf("Temporal UI %s\n", s.Temporal.UI)
	}
	fmt.Printf("PostgreSQL  %s  (%s)\n", hidden(s.Postgres.URL), s.Postgres.How)
	if worker != nil {
		fmt.Printf("worker      pid %d\n", worker.PID())
	} else {
		fmt.Println("worker      none: start one with `go run ./worker`, with these settings:")
		for _, v := range append(s.Temporal.Env, "DATABASE_URL="+s.Postgres.URL, "AFTERCARE_DEV_POLICIES=true") {
			fmt.Printf("              export %s\n", v)
		}
	}
	for _, feature := range s.Temporal.Missing {
		fmt.Printf("missing     %s\n", feature)
	}
	fmt.Printf("data        %s\n", cli.Data)
	fmt.Println("next        go run ./starter import samples/{orders,catalog,customers}.jsonl --as-of 2026-11-20 && go run ./starter play samples/requests.jsonl")
	fmt.Println("ready")
}

// hidden is an address without its password: what a terminal shows is copied into tickets. It stands in stack.json, which only its
// owner can read, and in the settings that --no-worker prints.
func hidden(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.User == nil {
		return address
	}
	parsed.User = url.UserPassword(parsed.User.Username(), "hidden")
	return strings.Replace(parsed.String(), ":hidden@", ":…@", 1)
}

// devLog writes for the person in front of the terminal.
func devLog() *zap.Logger {
	encoding := zap.NewDevelopmentEncoderConfig()
	encoding.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05")
	encoding.CallerKey, encoding.NameKey = "", ""
	return zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(encoding), zapcore.Lock(os.Stderr), zapcore.InfoLevel))
}
