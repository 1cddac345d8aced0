package endtoend

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/devworker"
)

// workerProcess is the worker as it runs anywhere: a process, which can be killed.
type workerProcess struct {
	*devworker.Process
	log string
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
	command := devworker.Command(h.workerProgram())
	command.Env, command.Stderr = append(h.settings(address), h.workerAlso...), log
	if h.earlier == "" { // whose stories have other clocks
		command.Env = append(command.Env, "AFTERCARE_POLICY_DIR="+calm(t))
	}
	started, err := devworker.Start(command)
	require.NoError(t, err)
	h.worker = &workerProcess{Process: started, log: log.Name()}
	t.Cleanup(started.Kill)
}

// workerProgram is the worker of this version, or of an earlier one.
func (h *house) workerProgram() string {
	if h.earlier != "" {
		return h.earlier
	}
	return program(h.t, "worker")
}

func (h *house) awaitWorker() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(h.t, h.worker.Ready(ctx), h.worker.tail())
}

// killWorker ends the worker as a crash would, and starts another.
func (h *house) killWorker() {
	h.t.Helper()
	h.worker.Kill()
	h.startWorker()
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
