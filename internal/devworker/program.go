package devworker

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/devstack"
)

// Program is the worker's binary: beside this one where it was built there, else built from the checkout. Go keeps what it builds in its
// own cache, so that the second start takes no time.
func Program(ctx context.Context, log *zap.Logger) (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "worker")
		if info, err := os.Stat(beside); err == nil && !info.IsDir() && !strings.Contains(beside, "go-build") {
			return beside, nil
		}
	}
	root, err := devstack.Checkout()
	if err != nil {
		return "", fmt.Errorf("no worker lies beside this program, and %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	// Each checkout has a program of its own, so that two of them on one machine do not start each other's worker.
	program := filepath.Join(cache, "aftercare", "worker", fmt.Sprintf("worker-%d-%08x", os.Getuid(), crc32.ChecksumIEEE([]byte(root))))
	log.Info("building the worker (the first time takes about a minute; `go build -o bin/ ./worker ./starter` beforehand avoids it)")
	// Another stack may be running the program right now; a new file takes its place without touching that one.
	fresh := fmt.Sprintf("%s.%d", program, os.Getpid())
	build := exec.CommandContext(ctx, "go", "build", "-o", fresh, "./worker")
	build.Dir = root
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build the worker: %w", err)
	}
	if err := os.Rename(fresh, program); err != nil {
		return "", fmt.Errorf("build the worker: %w", err)
	}
	return program, nil
}
