package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"time"

	"github.com/aftercare/aftercare/internal/app"
)

// process is the worker of the benchmark, seen from outside.
type process struct {
	command *exec.Cmd
	ask     io.WriteCloser
	said    chan string
	ended   chan struct{}
}

var errWorkerEnded = errors.New("the bench's worker ended by itself; its last words are above")

// startProcess starts the worker and waits until it polls every task queue.
func startProcess(ctx context.Context, command *exec.Cmd) (*process, error) {
	p := &process{command: command, said: make(chan string), ended: make(chan struct{})}
	var err error
	if p.ask, err = command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start the bench's worker: %w", err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the bench's worker: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the bench's worker: %w", err)
	}
	go func() {
		defer close(p.ended)
		defer close(p.said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.said <- lines.Text()
		}
		_ = command.Wait()
	}()
	line, err := p.listen(ctx)
	if err == nil && line != app.ReadyLine {
		err = fmt.Errorf("the bench's worker said %q instead of being ready", line)
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) listen(ctx context.Context) (string, error) {
	select {
	case line, alive := <-p.said:
		if !alive {
			return "", errWorkerEnded
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func (p *process) pid() int { return p.command.Process.Pid }

// heap asks the worker for the bytes that live on its heap.
func (p *process) heap(ctx context.Context) (float64, error) {
	if _, err := fmt.Fprintln(p.ask, heapQuestion); err != nil {
		return 0, fmt.Errorf("ask the bench's worker for its heap: %w", errors.Join(err, errWorkerEnded))
	}
	line, err := p.listen(ctx)
	if err != nil {
		return 0, err
	}
	bytes, err := strconv.ParseFloat(line, 64)
	if err != nil {
		return 0, fmt.Errorf("the bench's worker answered %q for its heap", line)
	}
	return bytes, nil
}

// stop lets the worker finish what it is doing, and kills one that does not.
func (p *process) stop() {
	_ = p.ask.Close()
	patience := time.AfterFunc(20*time.Second, func() { _ = p.command.Process.Kill() })
	defer patience.Stop()
	for range p.said { // until it has ended
	}
}
