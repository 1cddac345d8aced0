// Command prepare fetches and builds what the tests on real servers need, once per machine, and shows its progress.
// `make test` runs it before `go test`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/devstack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := zap.NewDevelopmentConfig()
	cfg.DisableCaller, cfg.DisableStacktrace = true, true
	log := zap.Must(cfg.Build())
	if err := devstack.Prepare(ctx, devstack.Options{Progress: os.Stderr, Log: log}); err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
}
