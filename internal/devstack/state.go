package devstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrNotRunning is behind the error of ReadState when no stack runs on the folder.
var ErrNotRunning = errors.New("no dev stack is running")

// State is what other commands need to find a running stack: DIR/stack.json.
type State struct {
	PID      int           `json:"pid"`
	Started  time.Time     `json:"started"`
	Temporal TemporalState `json:"temporal"`
	Postgres PostgresState `json:"postgres"`
	// Services are the parts that run on the stack, such as the worker, the API and the console.
	Services []Service `json:"services,omitempty"`
}

// TemporalState is where the Temporal server is.
type TemporalState struct {
	Address   string   `json:"address"`
	Namespace string   `json:"namespace"`
	UI        string   `json:"ui,omitempty"`
	Version   string   `json:"version,omitempty"`
	How       string   `json:"how"`
	PID       int      `json:"pid,omitempty"`
	Missing   []string `json:"missing_features,omitempty"`
	Env       []string `json:"env"`
}

// PostgresState is where the database is. The URL carries the password, which is why the file is 0600.
type PostgresState struct {
	URL     string `json:"url"`
	Version string `json:"version,omitempty"`
	How     string `json:"how"`
	PID     int    `json:"pid,omitempty"`
	Files   string `json:"files,omitempty"`
}

// Service is one more part of a running stack.
type Service struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	PID  int    `json:"pid,omitempty"`
}

func statePath(dir string) string { return filepath.Join(dir, "stack.json") }

// WriteState writes the file in one step, so that a reader never sees half of it.
func WriteState(dir string, state State) error {
	content, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the state of the stack: %w", err)
	}
	unfinished := statePath(dir) + ".new"
	if err := os.WriteFile(unfinished, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the state of the stack: %w", err)
	}
	if err := os.Rename(unfinished, statePath(dir)); err != nil {
		return fmt.Errorf("write the state of the stack: %w", err)
	}
	return nil
}

// ReadState finds the stack that runs on a folder. Whether it runs is decided by its lock and not by process ids,
// which are used again: a file left by a killed run is not believed.
func ReadState(dir string) (State, error) {
	notRunning := fmt.Errorf("%w on %s: start one with `go run ./starter dev --data %s`", ErrNotRunning, dir, dir)
	if owner := foreignOwner(dir, os.Geteuid()); owner != "" && !writable(dir) {
		return State{}, fmt.Errorf("%w that is yours: the folder %s belongs to user %s. Name one of your own with --data DIR, or run this as %s", ErrNotRunning, dir, owner, owner)
	}
	if !lockHeld(dir, "stack") {
		return State{}, notRunning
	}
	content, err := os.ReadFile(statePath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, fmt.Errorf("%w on %s yet: one is starting, ask again in a moment", ErrNotRunning, dir)
	}
	if err != nil {
		return State{}, fmt.Errorf("read the state of the stack: %w", err)
	}
	var state State
	if err := json.Unmarshal(content, &state); err != nil {
		return State{}, fmt.Errorf("read the state of the stack in %s: %w", statePath(dir), err)
	}
	return state, nil
}

func removeState(dir string) { _ = os.Remove(statePath(dir)) }
