package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/policy"
)

// lookEvery is how soon a policy is in force after its file was put into the folder, at the latest.
const lookEvery = 3 * time.Second

// openPolicies reads the policies built in, and those of the folder that is given, which stand before them.
func openPolicies(cfg config.Config) (*policy.Shelf, error) {
	var folder fs.FS
	if cfg.PolicyDir != "" {
		folder = os.DirFS(cfg.PolicyDir)
	}
	shelf, err := policy.NewShelf(folder)
	if err != nil {
		return nil, fmt.Errorf("the policies: %w", err)
	}
	return shelf, nil
}

// watchPolicies takes changed policies over while the worker runs. A broken file changes nothing but the log: the policy it was
// to become stays as it was. The channel is closed when the watch has ended.
func (w *Worker) watchPolicies(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if w.config.PolicyDir == "" {
			return
		}
		log := w.log.Named("policies")
		seen := "" // so that what changed since the start is found at the first look
		tick := time.NewTicker(w.lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now := stamp(w.config.PolicyDir)
			if now == seen {
				continue
			}
			seen = now
			changes, err := w.policies.Reload()
			if err != nil {
				log.Error("the policies cannot be read; those in force stay", zap.Error(err))
				continue
			}
			for _, c := range changes {
				tell(log, c)
			}
		}
	}()
	return done
}

func tell(log *zap.Logger, c policy.Change) {
	about := []zap.Field{zap.String("policy", c.Policy), zap.String("version", c.Version), zap.String("version_before", c.Before)}
	switch {
	case c.Err != nil && c.Version != "":
		log.Error("a policy is broken and was not taken over; the one in force stays", append(about, zap.Error(c.Err))...)
	case c.Err != nil:
		log.Error("a policy is broken and was not taken over", append(about, zap.Error(c.Err))...)
	case c.Version == "":
		log.Warn("a policy is gone; cases opened under it keep their plan", about...)
	default:
		log.Info("a policy is in force", about...)
	}
}

// stamp changes whenever a file of the folder does.
func stamp(dir string) string {
	var b strings.Builder
	_ = fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read now is looked at the next time
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}
