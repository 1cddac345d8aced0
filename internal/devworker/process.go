// Package devworker runs the worker as a process of its own, as it runs anywhere: one that can be stopped, frozen, killed and started
// again. The dev stack, the chaos run and the tests on real servers share it.
package devworker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aftercare/aftercare/internal/app"
)

// stopGrace is how long a worker may take to finish what is under way.
const stopGrace = 20 * time.Second

// Process is one worker. It ends when we end, however we end, because its standard input closes then.
type Process struct {
	command *exec.Cmd
	life    io.Closer
	isReady chan struct{}
	ended   chan struct{}
	stopped atomic.Bool
	began   time.Time
}

// Command is the worker's program with the flag that ties its life to its standard input.
func Command(program string) *exec.Cmd { return exec.Command(program, "--stop-with-stdin") }

// Start starts a command made by Command, and goes on at once. Environment and standard error are the caller's.
func Start(command *exec.Cmd) (*Process, error) {
	p := &Process{command: command, isReady: make(chan struct{}), ended: make(chan struct{}), began: time.Now()}
	// Ctrl-C in a terminal reaches every process of the group; the worker is stopped by us, after the commands under way.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	life, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	p.life = life
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	go p.read(out)
	return p, nil
}

// read waits for the worker's word that it polls every task queue, and then for its end.
func (p *Process) read(out io.Reader) {
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

// Age is how long ago it was started.
func (p *Process) Age() time.Duration { return time.Since(p.began) }

// PID is its process id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Done is closed when the worker has ended. Of no worker at all it never is.
func (p *Process) Done() <-chan struct{} {
	if p == nil {
		return nil
	}
	return p.ended
}

// ErrEnded is the answer of Ready where the worker ended before it polled.
var ErrEnded = errors.New("the worker did not start; its last words say why")

// Ready waits until the worker polls every task queue.
func (p *Process) Ready(ctx context.Context) error {
	select {
	case <-p.isReady:
		return nil
	case <-p.ended:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stop lets the worker finish what it is doing, and kills one that takes too long. Stopping twice is fine.
func (p *Process) Stop() {
	if p.stopped.Swap(true) {
		<-p.ended
		return
	}
	p.Thaw()
	_ = p.life.Close()
	select {
	case <-p.ended:
	case <-time.After(stopGrace):
		p.Kill()
	}
}

// Kill is kill -9: not one more line of the worker's code runs. Killing twice is fine.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// Freeze stops every thread of the worker where it stands, as a long pause of its machine would: it neither works nor knows it.
func (p *Process) Freeze() { _ = p.command.Process.Signal(syscall.SIGSTOP) }

// Thaw lets a frozen worker go on with whatever it was doing.
func (p *Process) Thaw() { _ = p.command.Process.Signal(syscall.SIGCONT) }
