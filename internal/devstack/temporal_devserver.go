package devstack

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strconv"

	"go.temporal.io/api/workflowservice/v1"
	"go.uber.org/zap"
)

// start runs the program and waits until it serves.
func (p temporalProgram) start(ctx context.Context, opts Options, port, uiPort int) (*Temporal, error) {
	if p.cli {
		return p.startCLI(ctx, opts, port, uiPort)
	}
	return p.startDevserver(ctx, opts, port, uiPort)
}

// serving is the one line that tools/devserver prints when it is ready.
type serving struct {
	Address        string   `json:"address"`
	UI             string   `json:"ui"`
	Namespace      string   `json:"namespace"`
	OtherDatabases []string `json:"other_databases"`
	PID            int      `json:"pid"`
}

// startDevserver runs the pinned server, which watches its standard input itself.
func (p temporalProgram) startDevserver(ctx context.Context, opts Options, port, uiPort int) (*Temporal, error) {
	args := []string{
		"--stop-with-stdin",
		"--ip", loopback,
		"--port", strconv.Itoa(port),
		"--ui-port", strconv.Itoa(uiPort),
		"--db", opts.temporalDB() + ".db",
		"--namespace", opts.Namespace,
		"--retention", retention.String(),
		"--log-level", "error",
	}
	for _, name := range slices.Sorted(maps.Keys(opts.SearchAttributes)) {
		args = append(args, "--search-attribute", name+"="+opts.SearchAttributes[name])
	}
	log, err := openLog(opts.Dir, "temporal")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(p.path, args...)
	cmd.Stderr = log
	stdout, stdoutChild := io.Pipe()
	cmd.Stdout = stdoutChild
	child, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	line, err := readServing(ctx, child, stdout, stdoutChild)
	if err != nil {
		_ = child.stop(ctx)
		return nil, fmt.Errorf("%s did not start serving: %w%s", p.how, err, tailOf(opts.Dir, "temporal"))
	}
	if len(line.OtherDatabases) > 0 {
		opts.Log.Warn("cases that another server version kept are not read by this one", zap.Strings("files", line.OtherDatabases), zap.String("folder", opts.Dir))
	}
	return &Temporal{Address: line.Address, Namespace: line.Namespace, UIURL: line.UI, PID: line.PID, process: child}, nil
}

// readServing waits for the line, for the end of the child or for ctx, whichever comes first.
func readServing(ctx context.Context, child *process, stdout *io.PipeReader, stdoutChild *io.PipeWriter) (serving, error) {
	go func() {
		<-child.done
		_ = stdoutChild.Close()
	}()
	type answer struct {
		line serving
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		var got answer
		lines := bufio.NewReader(stdout)
		text, err := lines.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(text, &got.line)
		}
		got.err = err
		answers <- got
		_, _ = io.Copy(io.Discard, lines) // Whatever else it prints must not block it.
	}()
	select {
	case got := <-answers:
		if got.err != nil {
			<-child.done
			return serving{}, fmt.Errorf("it ended: %s", child.exited())
		}
		return got.line, nil
	case <-ctx.Done():
		return serving{}, fmt.Errorf("it took too long: %w", ctx.Err())
	}
}

func countAll(namespace string) *workflowservice.CountWorkflowExecutionsRequest {
	return &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace}
}
