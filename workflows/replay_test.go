package workflows_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

const histories = "testdata/histories"

// TestEveryRecordedHistoryReplays runs today's code against every history that was recorded. A difference means that a case
// which is open somewhere would stop: it needs a named predicate in versions.go, not a new recording.
func TestEveryRecordedHistoryReplays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no history is recorded; run make record")
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replay(t, file))
		})
	}
}

// TestCasesOfOlderCodeReplay holds the predicates of versions.go to what they are for: histories that code before them has written. They are
// never recorded anew: whoever begins an edition moves what was recorded of the one before here, compressed. Those of edition 0 are as their
// day recorded them. No recorded case had a message that reached nobody, so the
// two of it are recorded ones in which the receipt of one sending was exchanged for one that says so; the code of that day replayed
// them, and without the predicate today's does not.
func TestCasesOfOlderCodeReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "older", "*.json*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".gz"), ".json"), func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replay(t, file))
		})
	}
}

func replay(t *testing.T, file string) error {
	t.Helper()
	// The detector calls what runs for a second a deadlock, and on a busy machine a test waits for longer than that for its turn.
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableDeadlockDetection: true})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(workflows.Return, workflow.RegisterOptions{Name: schemas.WorkflowReturn})
	replayer.RegisterWorkflowWithOptions(workflows.Exchange, workflow.RegisterOptions{Name: schemas.WorkflowExchange})
	opened, err := os.Open(file)
	require.NoError(t, err)
	defer opened.Close()
	var content io.Reader = opened
	if filepath.Ext(file) == ".gz" {
		content, err = gzip.NewReader(opened)
		require.NoError(t, err)
	}
	history, err := client.HistoryFromJSON(content, client.HistoryJSONOptions{})
	require.NoError(t, err)
	// A case knows its id, so it must be replayed under the one it had.
	id := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowId()
	return replayer.ReplayWorkflowHistoryWithOptions(nil, history, worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: id}})
}

func TestTheRecordedHistoriesAreListed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "docs", "histories.md"))
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		require.Contains(t, string(page), "| "+strings.TrimSuffix(filepath.Base(file), ".json")+" |")
	}
	require.Equal(t, len(files), strings.Count(string(page), "\n| ")-1, "docs/histories.md lists a history that is gone")
}
