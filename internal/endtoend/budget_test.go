package endtoend

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// eventBudget is the most events a happy return may cost Temporal.
const eventBudget = 150

// history is everything Temporal keeps of a case's run.
func (h *house) history(caseID string) []*historypb.HistoryEvent {
	h.t.Helper()
	var events []*historypb.HistoryEvent
	for all := h.temporal.GetWorkflowHistory(h.t.Context(), caseID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); all.HasNext(); {
		e, err := all.Next()
		require.NoError(h.t, err)
		events = append(events, e)
	}
	return events
}

func TestAHappyReturnStaysWithinItsBudgetOfEvents(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	for name, wish := range map[string]func() schemas.Request{
		"customer pays the way back": func() schemas.Request { return h.wish(bought) },
		"merchant pays the way back": func() schemas.Request { return h.wish(bought, isFaulty) },
	} {
		require.LessOrEqual(t, h.leastCost(name, wish), eventBudget, name)
	}
}

// leastCost is what a story itself costs: the least of three plays. On a busy machine answers that belong together arrive one by one, each in a
// task of its own, and tasks are given up and done again.
func (h *house) leastCost(name string, wish func() schemas.Request) int {
	h.t.Helper()
	least := math.MaxInt
	for range 3 {
		results, err := h.play(h.t.Context(), play.Prompt, "demo", false, []schemas.Request{wish()})
		require.NoError(h.t, err)
		v := results[0].View
		require.Equal(h.t, schemas.Completed, v.Outcome, timeline(v))
		least = min(least, h.cost(name, v))
	}
	return least
}

// repeated are the reasons for which a server has a task done again through nobody's fault: something arrived while the worker ended
// the case, or the namespace is so new that a part of the server has not heard of its search attributes.
var repeated = []enums.WorkflowTaskFailedCause{enums.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, enums.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES}

// cost is how many events a case has cost Temporal; it logs which. The three events of a task that was repeated are not the story's.
func (h *house) cost(name string, v schemas.View) int {
	h.t.Helper()
	events := h.history(v.CaseID)
	counts, again := map[string]int{}, 0
	for _, e := range events {
		counts[e.GetEventType().String()]++
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			counts["  of "+a.GetActivityType().GetName()]++
		}
		if f := e.GetWorkflowTaskFailedEventAttributes(); f != nil {
			require.Contains(h.t, repeated, f.GetCause(), f.GetFailure().GetMessage())
			again++
		}
	}
	breakdown := ""
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return counts[b] - counts[a] }) {
		breakdown += fmt.Sprintf("%4d %s\n", counts[k], k)
	}
	h.t.Logf("%s: %d events, %d revisions\n%s%s", name, len(events), v.Revision, breakdown, timeline(v))
	return len(events) - 3*again
}
