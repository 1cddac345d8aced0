package devstack

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// childDir makes this test binary act as `starter dev` on a folder, so that a test can kill it.
const childDir = "AFTERCARE_DEVSTACK_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := runChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runChild starts a stack, prints its state on one line, and stops when its input ends.
func runChild(dir string) error {
	opts := testOptions(dir)
	opts.Log = zap.Must(zap.NewDevelopment())
	stack, err := Start(context.Background(), opts)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(stack.State()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return stack.Stop(context.Background())
}

func testOptions(dir string) Options {
	return Options{
		Dir: dir, Progress: os.Stderr, NoUI: true, Throwaway: true, IgnoreGiven: true,
		SearchAttributes: map[string]string{"AftercareKind": "Keyword"},
	}
}

// testDir is passable for the user that PostgreSQL runs as, which the folders of testing.T are not for root.
func testDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "aftercare-devstack-*")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// child is a stack in another process.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	state State
}

// startChild starts the stack in a process that prepare may change first, for example to run as another user.
func startChild(t *testing.T, dir string, prepare func(*exec.Cmd)) *child {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	log, err := os.Create(filepath.Join(t.TempDir(), "child.log"))
	require.NoError(t, err)
	defer func() { _ = log.Close() }()
	cmd.Stderr = log
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	if prepare != nil {
		prepare(cmd)
	}
	require.NoError(t, cmd.Start())
	c := &child{cmd: cmd, stdin: stdin}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		require.NoError(t, err, "the child said: %s", said)
	}
	require.NoError(t, json.Unmarshal(line, &c.state))
	return c
}

// stop ends the child in order.
func (c *child) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, c.stdin.Close())
	require.NoError(t, c.cmd.Wait())
}

// kill ends the child with SIGKILL, so that no line of its own code runs any more.
func (c *child) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Kill())
	_ = c.cmd.Wait()
}

// serves reports whether a process still runs a server on dir. One that ended and was not waited for does not.
func serves(pid int, dir string) bool {
	return alive(pid) && filepath.Base(dir) != "" && contains(commandLine(pid), dir)
}
