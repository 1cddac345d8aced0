package chaos

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/schemas"
)

// recorded are the lives of the histories that the product records of itself: every way in which a case can end.
func recorded(t *testing.T) map[string]*Lived {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "workflows", "testdata", "histories", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	lives := map[string]*Lived{}
	for _, file := range files {
		lives[strings.TrimSuffix(filepath.Base(file), ".json")] = livedIn(t, file)
	}
	return lives
}

func livedIn(t *testing.T, file string) *Lived {
	t.Helper()
	content, err := os.Open(file)
	require.NoError(t, err)
	defer content.Close()
	history, err := client.HistoryFromJSON(content, client.HistoryJSONOptions{})
	require.NoError(t, err)
	started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	l := newLived(started.GetWorkflowId())
	l.read(history.GetEvents())
	l.replay(started.GetOriginalExecutionRunId(), history.GetEvents())
	return l
}

// rowOf is the row that PostgreSQL has of a case with which nothing went wrong.
func rowOf(t *testing.T, l *Lived) schemas.View {
	t.Helper()
	row, ok := l.Last()
	require.True(t, ok, l.CaseID)
	line := l.Timeline()
	for revision := int64(1); revision <= int64(len(line)); revision++ {
		e, there := line[revision]
		require.True(t, there, "%s has no event %d", l.CaseID, revision)
		row.Events = append(row.Events, e)
	}
	return row
}

func TestALifeIsReadFromItsHistoryAlone(t *testing.T) {
	t.Parallel()
	for name, l := range recorded(t) {
		require.Empty(t, l.Broken, name)
		require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, l.Ended, name)
		if name == "started_again_after_its_end" {
			continue // it has changed nothing
		}
		row := rowOf(t, l)
		require.NotNil(t, row.ClosedAt, name)
		require.Equal(t, schemas.EventClosed, row.Events[len(row.Events)-1].Name, name)
		given := 0
		for _, e := range row.Events {
			if _, update := l.Given[e.CommandID]; update && e.CommandID != "" {
				given++
			}
		}
		require.Equal(t, len(l.Given), given, "%s: an accepted command is one event", name)
		for _, c := range l.Given {
			require.True(t, c.Answered, name)
			require.Positive(t, c.Receipt.Revision, name)
		}
	}
	money := livedIn(t, filepath.Join("..", "..", "workflows", "testdata", "histories", "exchange_for_a_dearer_one.json"))
	require.Len(t, money.Charges, 1)
	gone := livedIn(t, filepath.Join("..", "..", "workflows", "testdata", "histories", "exchange_out_of_stock_becomes_a_return.json"))
	require.Equal(t, []string{schemas.SuccessorID(gone.CaseID)}, gone.Next)
}
