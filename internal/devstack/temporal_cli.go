package devstack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
)

// oldestServer is the first server with everything that Aftercare uses; before it, priority is off and a request to
// skip time is silently ignored.
const oldestServer = "1.31.0"

// cliSettings are the dynamic settings of tools/devserver for a server that is started through a CLI, as the CLI
// wants them: name=JSON. The reasons are beside the settings in tools/devserver/dynamicconfig.go.
var cliSettings = []string{
	"matching.enableFairness=true",
	"frontend.WorkflowTimeSkippingEnabled=true",
	"frontend.WorkflowPauseEnabled=true",
	"matching.numTaskqueueReadPartitions=1",
	"matching.numTaskqueueWritePartitions=1",
	"history.transferProcessorMaxPollRPS=2000",
	"history.transferProcessorMaxPollHostRPS=0",
	"history.timerProcessorMaxPollRPS=2000",
	`history.timerProcessorMaxTimeShift="10ms"`,
	"history.visibilityProcessorMaxPollRPS=20",
}

// cliOnPath takes the temporal CLI that is installed, if its server is new enough.
func cliOnPath(ctx context.Context, _ Options, _ reasons) (temporalProgram, error) {
	path, err := exec.LookPath("temporal")
	if err != nil {
		return temporalProgram{}, errors.New("there is none")
	}
	return inspectCLI(ctx, path, "temporal CLI on the PATH")
}

var serverVersion = regexp.MustCompile(`(?i)server\s+v?(\d+)\.(\d+)\.(\d+)`)

// inspectCLI asks a CLI which server is inside.
func inspectCLI(ctx context.Context, path, how string) (temporalProgram, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return temporalProgram{}, fmt.Errorf("`temporal --version` fails: %w", err)
	}
	found := serverVersion.FindStringSubmatch(string(out))
	if found == nil {
		return temporalProgram{}, fmt.Errorf("`temporal --version` names no server: %q", strings.TrimSpace(string(out)))
	}
	version := strings.Join(found[1:], ".")
	if older(version, oldestServer) {
		return temporalProgram{}, fmt.Errorf("its server is %s, and %s or newer is needed", version, oldestServer)
	}
	return temporalProgram{path: path, cli: true, version: version, how: fmt.Sprintf("%s (server %s)", how, version)}, nil
}

// older compares versions of three numbers.
func older(a, b string) bool {
	return slices.Compare(numbers(a), numbers(b)) < 0
}

func numbers(version string) []int {
	var out []int
	for part := range strings.SplitSeq(version, ".") {
		n, _ := strconv.Atoi(part)
		out = append(out, n)
	}
	return out
}

// startCLI runs `temporal server start-dev` under the supervisor, because the CLI does not notice that its parent
// has died.
func (p temporalProgram) startCLI(ctx context.Context, opts Options, port, uiPort int) (*Temporal, error) {
	command := []string{
		p.path, "server", "start-dev",
		"--ip", loopback,
		"--port", strconv.Itoa(port),
		// There are no migrations between server versions, so each has a file of its own.
		"--db-filename", opts.temporalDB() + "-" + p.version + ".db",
		"--sqlite-pragma", "journal_mode=wal",
		"--sqlite-pragma", "synchronous=full",
		"--namespace", opts.Namespace,
		"--log-level", "error",
	}
	if uiPort == 0 {
		command = append(command, "--headless")
	} else {
		command = append(command, "--ui-port", strconv.Itoa(uiPort))
	}
	for _, name := range slices.Sorted(maps.Keys(opts.SearchAttributes)) {
		command = append(command, "--search-attribute", name+"="+opts.SearchAttributes[name])
	}
	for _, setting := range cliSettings {
		command = append(command, "--dynamic-config-value", setting)
	}
	log, err := openLog(opts.Dir, "temporal")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := supervised("TERM", temporalPIDFile(opts.Dir), command...)
	cmd.Stdout, cmd.Stderr = log, log
	// A profile of the user's must not turn the settings of a server into those of a client.
	cmd.Env = append(os.Environ(), "TEMPORAL_CONFIG_FILE="+os.DevNull)
	child, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	server := &Temporal{Address: loopback + ":" + strconv.Itoa(port), Namespace: opts.Namespace, process: child}
	if uiPort != 0 {
		server.UIURL = "http://" + loopback + ":" + strconv.Itoa(uiPort)
	}
	if err := waitForCLI(ctx, server); err != nil {
		_ = child.stop(ctx)
		return nil, fmt.Errorf("%s did not start serving: %w%s", p.how, err, tailOf(opts.Dir, "temporal"))
	}
	server.PID = readPID(temporalPIDFile(opts.Dir))
	return server, nil
}

// waitForCLI asks until the server answers for the namespace, which the CLI makes after it has begun to listen.
func waitForCLI(ctx context.Context, server *Temporal) error {
	var last error
	err := waitUntil(ctx, func() bool {
		select {
		case <-server.process.done:
			return true
		default:
		}
		var c client.Client
		if c, last = dialTemporal(ctx, server); last != nil {
			return false
		}
		defer c.Close()
		_, last = c.WorkflowService().CountWorkflowExecutions(ctx, countAll(server.Namespace))
		return last == nil
	})
	select {
	case <-server.process.done:
		return fmt.Errorf("it ended: %s", server.process.exited())
	default:
	}
	if err != nil {
		return errors.Join(err, last)
	}
	return nil
}

// downloadedCLI takes what an earlier run downloaded.
func downloadedCLI(ctx context.Context, _ Options, _ reasons) (temporalProgram, error) {
	dir, err := downloadDir()
	if err != nil {
		return temporalProgram{}, err
	}
	found, _ := filepath.Glob(filepath.Join(dir, "temporal-cli-*"))
	for _, path := range found {
		if !strings.Contains(filepath.Base(path), "downloading") {
			return inspectCLI(ctx, path, "temporal CLI downloaded earlier")
		}
	}
	return temporalProgram{}, errors.New("there is none")
}
