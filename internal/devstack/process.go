package devstack

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// process is a child that holds the reading end of a pipe as its standard input and stops when the pipe closes.
type process struct {
	cmd   *exec.Cmd
	pipe  io.Closer
	done  chan struct{} // Closed when the child has ended and been waited for.
	state *os.ProcessState
}

// startProcess starts cmd with the pipe that ties its life to ours. The writing end is ours alone: Go opens it so
// that no other child inherits it, and the kernel closes it when we end, however we end.
func startProcess(cmd *exec.Cmd) (*process, error) {
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make the pipe of %s: %w", cmd.Path, err)
	}
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd, pipe: pipe, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait()
		p.state = cmd.ProcessState
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop closes the pipe and waits. A child that has not ended when ctx does is killed with all it started.
func (p *process) stop(ctx context.Context) error {
	_ = p.pipe.Close()
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
	}
	killGroup(p.pid())
	<-p.done
	return fmt.Errorf("process %d did not stop in time and was killed", p.pid())
}

// exited describes the end of a child that should be running.
func (p *process) exited() string {
	select {
	case <-p.done:
		return p.state.String()
	default:
		return "still running"
	}
}

// supervisor is the shell program that gives a foreign server the same habit: it runs the command, and interrupts it
// when standard input ends. The loop reads with the shell's own `read`, so the watcher is one process without
// children of its own.
//
// Arguments: the signal that asks for a clean stop, the file for the command's process id, the command.
const supervisor = `
signal=$1; pidfile=$2; shift 2
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
echo "$child" >"$pidfile"
( while read -r _; do :; done <&3; kill -s "$signal" "$child" ) 2>/dev/null &
watcher=$!
exec 3<&-
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`

// supervised wraps a command line into the supervisor.
func supervised(signal, pidFile string, command ...string) *exec.Cmd {
	return exec.Command("/bin/sh", append([]string{"-c", supervisor, "aftercare-supervisor", signal, pidFile}, command...)...)
}

// waitUntil asks again and again, at short intervals, until the answer is yes. It gives up with ctx.
func waitUntil(ctx context.Context, ask func() bool) error {
	const interval = 20 * time.Millisecond
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for !ask() {
		timer.Reset(interval)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
	return nil
}
