package stacktest

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/aftercare/aftercare/internal/devstack"
)

// startWithin is generous, because several packages may start their servers at once on a small machine.
const startWithin = 10 * time.Minute

// ownOptions are for a server that only tests see.
func ownOptions(dir string) devstack.Options {
	return devstack.Options{Dir: dir, Progress: os.Stderr, NoUI: true, Throwaway: true, IgnoreGiven: true}
}

// newDir makes a folder that PostgreSQL's user can pass, which the folders of testing.T are not for root.
func newDir() (string, error) {
	dir, err := os.MkdirTemp("", "aftercare-test-*")
	if err != nil {
		return "", fmt.Errorf("make a folder for the test servers: %w", err)
	}
	return dir, os.Chmod(dir, 0o711)
}

// processDir is the folder of this process's shared servers.
var processDir = sync.OnceValue(func() string {
	dir, err := newDir()
	if err != nil {
		panic(err)
	}
	keep(0, dir)
	return dir
})

// janitor removes what this process leaves. It waits for the end of its standard input, which is our end, then for
// the servers, which end for the same reason. A test binary has no other moment at which it could tidy up.
var janitor = sync.OnceValues(func() (*os.File, error) {
	const script = `
pids=""; dirs=""
# A server that ended but that nobody has waited for still has its number; it counts as gone.
running() {
	kill -0 "$1" 2>/dev/null || return 1
	{ read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null && [ "$state" = Z ] && return 1
	return 0
}
while read -r kind value; do
	case $kind in
		pid) pids="$pids $value" ;;
		dir) dirs="$dirs $value" ;;
	esac
done
tries=0
for pid in $pids; do
	while running "$pid" && [ "$tries" -lt 300 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
done
rm -rf $dirs`
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Stdin = reader
	cmd.Dir = "/"
	// A group of its own: Ctrl-C on `go test` must not end the one who tidies up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the janitor of the test servers: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	return writer, nil
})

// keep tells the janitor of a server to wait for and a folder to remove.
func keep(pid int, dir string) {
	writer, err := janitor()
	if err != nil {
		return // Only tidiness is lost.
	}
	if pid != 0 {
		_, _ = writer.WriteString("pid " + strconv.Itoa(pid) + "\n")
	}
	if dir != "" {
		_, _ = writer.WriteString("dir " + dir + "\n")
	}
}
