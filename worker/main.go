// Worker runs the workflows and activities of Aftercare. It keeps nothing: any number of workers may run, be killed, and be
// started again.
//
// Its settings are environment variables; docs/operating.md explains each.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/config"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case slices.Contains(args, "--help") || slices.Contains(args, "-h"):
		fmt.Println("worker runs the workflows and activities of Aftercare.\n\n  --stop-with-stdin   end when standard input closes, so that no worker outlives who started it\n\nSettings are environment variables: DATABASE_URL, TEMPORAL_ADDRESS and others (docs/operating.md).")
		return nil
	case slices.Contains(args, "--stop-with-stdin"):
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	case len(args) > 0:
		return fmt.Errorf("unknown argument %q; see --help", args[0])
	}
	cfg, err := config.Read(os.LookupEnv)
	if err != nil {
		return err
	}
	log := cfg.Logger()
	defer func() { _ = log.Sync() }()
	w, err := app.NewWorker(ctx, cfg, log)
	if err != nil {
		return err
	}
	return w.Run(ctx, func() { fmt.Println(app.ReadyLine) })
}
