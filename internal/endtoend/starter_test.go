package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// said is what a command of the starter answered.
type said struct {
	code        int
	out, errors string
}

// starter runs the command line as people and scripts do.
func (h *house) starter(args ...string) said {
	h.t.Helper()
	return h.starterIn(h.t.Context(), h.settings(h.address), "", args...)
}

// starterReads is starter with something on its standard input.
func (h *house) starterReads(input string, args ...string) said {
	h.t.Helper()
	return h.starterIn(h.t.Context(), h.settings(h.address), input, args...)
}

func (h *house) starterIn(ctx context.Context, env []string, input string, args ...string) said {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute) // hundreds of cases on a busy machine
	defer cancel()
	command := h.starterCommand(ctx, args...)
	var out, errs bytes.Buffer
	command.Env, command.Stdin, command.Stdout, command.Stderr = env, strings.NewReader(input), &out, &errs
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(h.t, err)
	}
	s := said{code: command.ProcessState.ExitCode(), out: out.String(), errors: errs.String()}
	s.noTrace(h.t, args)
	return s
}

func (h *house) starterCommand(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, program(h.t, "starter"), args...)
}

// noTrace makes sure that nobody is shown the inside of the program.
func (s said) noTrace(t *testing.T, args []string) {
	t.Helper()
	for _, word := range []string{"panic:", "goroutine ", "runtime error", ".go:"} {
		require.NotContains(t, s.out+s.errors, word, "%v", args)
	}
}

// done wants a command that has done what it was asked for.
func (s said) done(t *testing.T) said {
	t.Helper()
	require.Zero(t, s.code, "%s\n%s", s.out, s.errors)
	return s
}

// views reads the JSON Lines of a play.
func (s said) views(t *testing.T) []schemas.View {
	t.Helper()
	var views []schemas.View
	for decoder := json.NewDecoder(strings.NewReader(s.out)); decoder.More(); {
		var v schemas.View
		require.NoError(t, decoder.Decode(&v), s.out)
		views = append(views, v)
	}
	return views
}

// file writes JSON Lines to a file of the test.
func file[T any](t *testing.T, name string, rows []T) string {
	t.Helper()
	var b bytes.Buffer
	for _, r := range rows {
		line, err := json.Marshal(r)
		require.NoError(t, err)
		b.Write(append(line, '\n'))
	}
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// rows reads JSON Lines.
func rows[T any](t *testing.T, path string) []T {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	var read []T
	for line := range strings.Lines(string(content)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		row, refusal := schemas.Decode[T]([]byte(line))
		require.Nil(t, refusal, "%s: %v", path, refusal)
		read = append(read, row)
	}
	return read
}

// balanced wants the books of both sides to agree. Cases of other tests may be under way meanwhile: what lasts is a difference.
func (h *house) balanced() {
	h.t.Helper()
	s := h.starter("books", "--json")
	defer func() {
		if s.code != 0 {
			h.t.Logf("the books differ:\n%s%s", s.out, s.errors)
		}
	}()
	h.until("the books agree", func() bool {
		s = h.starter("books", "--json")
		return s.code == 0
	})
}
