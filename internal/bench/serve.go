package bench

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// policyText is the policy of the benchmark's cases, and policyName what they call it by.
//
//go:embed bench.yaml
var policyText []byte

const policyName = "bench"

// heapQuestion is what the worker of the benchmark is asked on its standard input; it answers with a number of bytes.
const heapQuestion = "heap"

// Serve is the worker of the benchmark: the product's own, with the control registered beside it. It is a process of its own, so
// that what it uses can be told from what the benchmark itself does. It ends when its standard input closes.
func Serve(ctx context.Context, cfg config.Config, log *zap.Logger, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var err error
	if cfg.PolicyDir, err = os.MkdirTemp("", "aftercare-bench-"); err != nil {
		return fmt.Errorf("make a folder for the bench's policy: %w", err)
	}
	defer os.RemoveAll(cfg.PolicyDir)
	if err := os.WriteFile(filepath.Join(cfg.PolicyDir, policyName+".yaml"), policyText, 0o600); err != nil {
		return fmt.Errorf("write the bench's policy: %w", err)
	}
	w, err := app.NewWorker(ctx, cfg, log)
	if err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, cfg.DatabaseURL)
	if err != nil {
		return fmt.Errorf("open the bench's database: %w", err)
	}
	defer db.Close()
	w.Also(func(queue schemas.TaskQueue, registry worker.Registry, world *sandbox.World) {
		register(queue, registry, world, db)
	})
	go func() {
		defer stop()
		for asked := bufio.NewScanner(in); asked.Scan(); {
			if asked.Text() == heapQuestion {
				fmt.Fprintln(out, liveHeap())
			}
		}
	}()
	return w.Run(ctx, func() { fmt.Fprintln(out, app.ReadyLine) })
}

// liveHeap is what lives on the heap. The second collection takes what the first has only finalized.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
