package devstack

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// packagesToBuild is how many packages the pinned server is made of, measured, to give the waiting person a fraction.
const packagesToBuild = 1790

// builtServer takes the pinned server where it was built before from the same sources.
func builtServer(ctx context.Context, _ Options, _ reasons) (temporalProgram, error) {
	sources, err := serverSources()
	if err != nil {
		return temporalProgram{}, err
	}
	target, err := serverTarget(sources)
	if err != nil {
		return temporalProgram{}, err
	}
	if _, err := os.Stat(target); err != nil {
		return temporalProgram{}, errors.New("there is none of these sources")
	}
	return inspectBuilt(ctx, target)
}

// buildServer builds the pinned server into the cache. It takes minutes, so it says what it does, why, how long, how
// far it is, and how to avoid it.
func buildServer(ctx context.Context, opts Options, why reasons) (temporalProgram, error) {
	sources, err := serverSources()
	if err != nil {
		return temporalProgram{}, err
	}
	target, err := serverTarget(sources)
	if err != nil {
		return temporalProgram{}, err
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		return temporalProgram{}, errors.New("the go command is not on the PATH")
	}
	lock, err := lockForWork(ctx, filepath.Join(filepath.Dir(filepath.Dir(target)), "build.lock"), func() {
		say(opts, "Another process is building the Temporal server; waiting for it.")
	})
	if err != nil {
		return temporalProgram{}, err
	}
	defer func() { _ = lock.Close() }()
	if _, err := os.Stat(target); err == nil {
		return inspectBuilt(ctx, target) // Built by the one we waited for.
	}
	say(opts, "Building the pinned Temporal server (tools/devserver) once for this machine."+
		"\n  Why: nothing quicker was found."+strings.ReplaceAll(why.list(), "\n", "\n  ")+
		"\n  How long: 5 to 15 minutes on two cores and about 3 GB in Go's caches; later starts take a second."+
		"\n  To avoid it: put a temporal CLI with server "+oldestServer+" or newer on the PATH, or set TEMPORAL_ADDRESS.")
	started := time.Now()
	if err := goBuild(ctx, opts, goTool, sources, target); err != nil {
		return temporalProgram{}, err
	}
	say(opts, "The Temporal server is built, in "+time.Since(started).Round(time.Second).String()+".")
	return inspectBuilt(ctx, target)
}

// goBuild builds beside the target and renames, so that an interrupted build leaves nothing that looks finished.
func goBuild(ctx context.Context, opts Options, goTool, sources, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	unfinished := fmt.Sprintf("%s.%d", target, os.Getpid())
	defer func() { _ = os.Remove(unfinished) }()
	cmd := exec.CommandContext(ctx, goTool, "build", "-v", "-buildvcs=false", "-ldflags=-s -w", "-o", unfinished, ".")
	cmd.Dir = sources
	cmd.Env = append(os.Environ(), "GOWORK=off")
	ownGroup(cmd)
	cmd.Cancel = func() error { killGroup(cmd.Process.Pid); return nil }
	output, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("read the build's output: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the build: %w", err)
	}
	var compiled atomic.Int64
	stop := ticking(opts, "build of the Temporal server", func() string {
		return fmt.Sprintf("%d of about %d packages", compiled.Load(), packagesToBuild)
	})
	last := readBuild(output, &compiled)
	err = cmd.Wait()
	stop()
	if err != nil {
		return fmt.Errorf("`go build` in tools/devserver fails: %w\n%s", err, last)
	}
	if err := os.Rename(unfinished, target); err != nil {
		return fmt.Errorf("put the built server in its place: %w", err)
	}
	return nil
}

// readBuild counts the packages that `go build -v` names and keeps the last other lines, which are the errors.
func readBuild(output io.Reader, compiled *atomic.Int64) string {
	var last []string
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if !strings.ContainsAny(line, " :#") {
			compiled.Add(1)
			continue
		}
		last = append(last, line)
		if len(last) > 20 {
			last = last[1:]
		}
	}
	_, _ = io.Copy(io.Discard, output)
	return strings.Join(last, "\n")
}

func inspectBuilt(ctx context.Context, path string) (temporalProgram, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return temporalProgram{}, fmt.Errorf("the built server does not run (%w): delete %s to have it built again", err, path)
	}
	found := serverVersion.FindStringSubmatch(string(out))
	if found == nil {
		return temporalProgram{}, fmt.Errorf("the built server names no version: delete %s to have it built again", path)
	}
	version := strings.Join(found[1:], ".")
	return temporalProgram{path: path, version: version, how: fmt.Sprintf("pinned build of server %s (tools/devserver)", version)}, nil
}

// serverTarget is where the build of exactly these sources belongs.
func serverTarget(sources string) (string, error) {
	key, err := sourceKey(sources)
	if err != nil {
		return "", err
	}
	dir, err := cacheDir("devserver")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, key, "devserver"), nil
}

// sourceKey is a hash of everything that decides what the build gives: sources, pinned versions, target system.
func sourceKey(sources string) (string, error) {
	files, err := filepath.Glob(filepath.Join(sources, "*.go"))
	if err != nil {
		return "", fmt.Errorf("list the sources of tools/devserver: %w", err)
	}
	files = append(files, filepath.Join(sources, "go.mod"), filepath.Join(sources, "go.sum"))
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.GOOS, runtime.GOARCH)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read the sources of tools/devserver: %w", err)
		}
		fmt.Fprintln(hash, filepath.Base(file), len(content))
		hash.Write(content)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16], nil
}
