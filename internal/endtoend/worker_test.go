package endtoend

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/app"
)

// workerProcess is the worker as it runs anywhere: a process, which can be killed.
type workerProcess struct {
	command *exec.Cmd
	life    io.Closer
	ready   chan struct{}
	ended   chan struct{}
	log     string
}

// startWorker starts the worker and waits until it polls.
func (h *house) startWorker() {
	h.t.Helper()
	h.launchWorker()
	h.awaitWorker()
}

// launchWorker starts the worker and goes on. It ends with the test, and with this process however that ends.
func (h *house) launchWorker() {
	t := h.t
	t.Helper()
	address := h.address
	if h.workerAddress != "" {
		address = h.workerAddress
	}
	log, err := os.OpenFile(filepath.Join(h.logs, "worker.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer log.Close()
	w := &workerProcess{
		command: exec.Command(program(t, "worker"), "--stop-with-stdin"),
		ready:   make(chan struct{}), ended: make(chan struct{}), log: log.Name(),
	}
	w.command.Env, w.command.Stderr = h.settings(address), log
	w.life, err = w.command.StdinPipe()
	require.NoError(t, err)
	out, err := w.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, w.command.Start())
	go func() {
		defer close(w.ended)
		lines, once := bufio.NewScanner(out), sync.Once{}
		for lines.Scan() {
			if lines.Text() == app.ReadyLine {
				once.Do(func() { close(w.ready) })
			}
		}
		_ = w.command.Wait()
	}()
	h.worker = w
	t.Cleanup(w.kill)
}

func (h *house) awaitWorker() {
	h.t.Helper()
	select {
	case <-h.worker.ready:
	case <-h.worker.ended:
		require.FailNow(h.t, "the worker ended", h.worker.tail())
	case <-time.After(patience):
		require.FailNow(h.t, "the worker did not get ready", h.worker.tail())
	}
}

// killWorker ends the worker as a crash would, and starts another.
func (h *house) killWorker() {
	h.t.Helper()
	h.worker.kill()
	h.startWorker()
}

// kill is kill -9. Killing twice is fine.
func (w *workerProcess) kill() {
	_ = w.command.Process.Kill()
	<-w.ended
}

// tail is the end of the worker's log.
func (w *workerProcess) tail() string {
	if w == nil {
		return ""
	}
	content, err := os.ReadFile(w.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(content), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
