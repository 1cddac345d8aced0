package endtoend

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/app"
)

// A worker that says it is ready polls for everything that it serves: no case waits for a queue that nobody looks at.
func TestAWorkerThatIsReadyPollsEveryQueue(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	for _, p := range app.EveryPoll() {
		polled, err := app.Polls(t.Context(), h.temporal, h.namespace, "", p)
		require.NoError(t, err)
		require.True(t, polled, "nobody polls %s for %s", p.Queue, p.Kind)
		polled, err = app.Polls(t.Context(), h.temporal, h.namespace, "somebody-else", p)
		require.NoError(t, err)
		require.False(t, polled, "a poller of another process is not this one's")
	}
}
