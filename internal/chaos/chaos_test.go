package chaos

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// built is a worker for this test binary, and a janitor for it.
func built(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "worker")
	build := exec.Command("go", "build", "-o", program, "./worker")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// shortSeed makes the plan of the short run. Another one may be given with AFTERCARE_CHAOS_SEED.
const shortSeed = 20261126

// The short form of `starter chaos`: mixed cases on a stack of its own, with two workers killed and one frozen, PostgreSQL and Temporal
// each killed once, a link cut and another slow. Then every number is zero, and after a defect was planted in the very books, it is not.
func TestMixedCasesOutliveEverythingThatBreaks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute; left out with -short")
	}
	dir, err := Folder("")
	require.NoError(t, err)
	o := Options{
		Size:     Size{Seed: shortSeed, Cases: 24, Span: 28 * time.Second, Every: 3500 * time.Millisecond, Short: true},
		For:      3 * time.Minute,
		InFlight: 24, Dir: dir, Worker: built(t), Words: os.Stderr, Log: zap.NewNop(),
		Progress: func(string, int, int) {}, Afterwards: func(context.Context, *auditor, *Evidence) error { return nil },
	}
	if seed := os.Getenv("AFTERCARE_CHAOS_SEED"); seed != "" {
		_, err := fmt.Sscan(seed, &o.Seed)
		require.NoError(t, err)
	}
	report, remove, err := Run(t.Context(), o)
	t.Logf("seed %d, %+v", o.Seed, report)
	log, _ := os.ReadFile(filepath.Join(dir, LogName))
	t.Logf("%s", log)
	for _, w := range workerNames {
		said, _ := os.ReadFile(filepath.Join(dir, w+".log"))
		lines := strings.Split(string(said), "\n")
		t.Logf("%s: %s", w, strings.Join(lines[max(0, len(lines)-8):], "\n"))
	}
	if kept := os.Getenv("AFTERCARE_CHAOS_KEEP"); kept == "" {
		require.NoError(t, remove())
	}
	require.NoError(t, err)
	for _, n := range report.Numbers {
		require.Zero(t, n.Count, "%s: %+v", n.Name, n.Findings)
	}
	require.True(t, report.Sound(), report.Stopped)
}
