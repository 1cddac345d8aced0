package devstack

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// stopOrphan ends a server that an earlier run left behind. The pid file names it, and its command line must mention
// the file or folder it serves, because process ids are used again. A server whose parent has just died is probably
// stopping already, so it gets a moment before it is asked.
func stopOrphan(ctx context.Context, log *zap.Logger, what, pidFile, mention string, ask syscall.Signal) error {
	pid := readPID(pidFile)
	isOurs := func() bool { return alive(pid) && strings.Contains(commandLine(pid), mention) }
	gone := func() bool { return !isOurs() }
	if gone() {
		return nil
	}
	steps := []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{0, 3 * time.Second}, {ask, 15 * time.Second}, {sigQuit, 5 * time.Second}, {sigKill, 5 * time.Second}}
	for _, step := range steps {
		if step.signal != 0 {
			log.Warn("an earlier run left a server behind; it is stopped", zap.String("server", what), zap.Int("pid", pid), zap.Stringer("signal", step.signal))
			signalProcess(pid, step.signal)
		}
		limit, cancel := context.WithTimeout(ctx, step.wait)
		err := waitUntil(limit, gone)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("the %s of an earlier run (pid %d) does not end: stop it by hand and start again", what, pid)
}

// readPID reads the first line of a pid file; PostgreSQL writes more lines below it. Zero means there is none.
func readPID(file string) int {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}
