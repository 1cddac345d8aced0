package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// TestTheControlsSumIsThePublishedOne pins the sums of docs/performance.md and the counts they come from.
func TestTheControlsSumIsThePublishedOne(t *testing.T) {
	t.Parallel()
	for kind, published := range map[schemas.Kind]struct{ calls, notices, updates, signals, timers, events int }{
		schemas.KindReturn:   {calls: 4, notices: 6, updates: 4, signals: 3, timers: 4, events: 117},
		schemas.KindExchange: {calls: 6, notices: 7, updates: 4, signals: 5, timers: 4, events: 143},
	} {
		c := controls[kind]
		require.Equal(t, published.calls, c.count(calls), kind)
		require.Equal(t, published.notices, c.count(tells), kind)
		require.Equal(t, published.updates, c.count(decides), kind)
		require.Equal(t, published.signals, c.count(hears), kind)
		require.Equal(t, published.timers, c.count(sleeps), kind)
		require.Equal(t, published.events, c.events(), kind)
	}
}

// TestTheRecordedControlHasTheEventsOfItsSum counts what a real server wrote, and replays it, so that the count is today's control's.
func TestTheRecordedControlHasTheEventsOfItsSum(t *testing.T) {
	t.Parallel()
	for kind, c := range controls {
		recorded, err := os.Open(filepath.Join("testdata", c.workflow+".json"))
		require.NoError(t, err, "run make record")
		defer recorded.Close()
		history, err := client.HistoryFromJSON(recorded, client.HistoryJSONOptions{})
		require.NoError(t, err)
		require.Len(t, history.GetEvents(), c.events(), kind)
		replayer := worker.NewWorkflowReplayer()
		replayer.RegisterWorkflowWithOptions(c.run, workflow.RegisterOptions{Name: c.workflow})
		id := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowId()
		require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(nil, history, worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: id}}))
	}
}

// TestEveryCallOfTheControlHasAQueueAndAnActivity keeps a control from waiting for a call that nobody makes.
func TestEveryCallOfTheControlHasAQueueAndAnActivity(t *testing.T) {
	t.Parallel()
	registered := outsideCalls(nil)
	for _, c := range controls {
		made := map[string]bool{}
		for _, s := range c.steps {
			if s.after != "" {
				require.True(t, made[s.after], "%s waits for %s, which comes later", s.name, s.after)
			}
			switch s.does {
			case calls:
				require.Contains(t, registered, s.name)
				require.NotEmpty(t, queueOf[s.name])
				made[s.name] = true
			case tells:
				require.False(t, made[s.name], "%s is told twice, under one key", s.name)
				made[s.name] = true
			case decides, hears, sleeps:
			}
		}
	}
}
