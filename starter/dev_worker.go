package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/devstack"
)

// workerProcess is the worker that a dev stack runs, as a process of its own: one that can be killed and started again.
type workerProcess struct {
	command *exec.Cmd
	life    io.Closer // the worker ends when this end of its standard input closes, even if we were killed
	isReady chan struct{}
	ended   chan struct{}
	stopped atomic.Bool
	began   time.Time
}

// startWorker builds the worker where that is needed, and starts it on the stack, with the stack's folder of policies.
func startWorker(ctx context.Context, state devstack.State, policies string, log *zap.Logger) (*workerProcess, error) {
	program, err := workerProgram(ctx, log)
	if err != nil {
		return nil, err
	}
	p := &workerProcess{command: exec.Command(program, "--stop-with-stdin"), isReady: make(chan struct{}), ended: make(chan struct{}), began: time.Now()}
	p.command.Env = append(os.Environ(), state.Temporal.Env...)
	p.command.Env = append(p.command.Env, "DATABASE_URL="+state.Postgres.URL, "AFTERCARE_DEV_POLICIES=true", "AFTERCARE_LOG_FORMAT=console")
	if os.Getenv("AFTERCARE_POLICY_DIR") == "" {
		p.command.Env = append(p.command.Env, "AFTERCARE_POLICY_DIR="+policies)
	}
	p.command.Stderr = os.Stderr
	// Ctrl-C in a terminal reaches every process of the group; the worker is stopped by us, after the commands under way.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	life, err := p.command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	p.life = life
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	go p.read(out)
	return p, nil
}

// read waits for the worker's word that it polls every task queue, and then for its end.
func (p *workerProcess) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	told := false
	for lines.Scan() {
		if !told && lines.Text() == app.ReadyLine {
			told = true
			close(p.isReady)
		}
	}
	_ = p.command.Wait()
	close(p.ended)
}

func (p *workerProcess) age() time.Duration { return time.Since(p.began) }

func (p *workerProcess) pid() int { return p.command.Process.Pid }

// done is closed when the worker has ended; without a worker it never is.
func (p *workerProcess) done() <-chan struct{} {
	if p == nil {
		return nil
	}
	return p.ended
}

func (p *workerProcess) ready(ctx context.Context) error {
	select {
	case <-p.isReady:
		return nil
	case <-p.ended:
		return errors.New("the worker did not start; its last words are above")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop lets the worker finish what it is doing.
func (p *workerProcess) stop() {
	if p.stopped.Swap(true) {
		return
	}
	_ = p.life.Close()
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

// workerProgram is the worker's binary: beside this one where it was built there, else built from the checkout. `go run`
// keeps what it builds in its own cache, so that the second start takes no time.
func workerProgram(ctx context.Context, log *zap.Logger) (string, error) {
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
