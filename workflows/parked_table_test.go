package workflows

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// TestEveryStepThatCanBeParkedSaysWhatBecomesOfIt holds the table to its rules, and the page about parked steps to the table.
func TestEveryStepThatCanBeParkedSaysWhatBecomesOfIt(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/stuck.md")
	require.NoError(t, err)
	for name, does := range parkable {
		require.NotEmpty(t, does.turn, name)
		require.True(t, (does.skip == "") != (does.why == ""), "%s is skipped with a meaning, or not with a reason", name)
		require.False(t, does.money && does.lapses, "%s: what somebody may be owed is not skipped by silence", name)
		require.False(t, does.lapses && does.skip == "", name)
		require.Contains(t, string(page), "`"+name+"`", "docs/stuck.md leaves a step out")
		for _, datum := range does.takes {
			require.Contains(t, []string{"carrier", "disposition", "method"}, datum, name)
		}
	}
}

// TestEveryParkedStepClimbsAndEnds lets the clock of every step that can be parked run out again and again: what nobody is owed for is done
// without by the operator, and everything else is told to the manager as long as it lasts.
func TestEveryParkedStepClimbsAndEnds(t *testing.T) {
	t.Parallel()
	for step, does := range parkable {
		if step == schemas.CaseIntake.Name {
			continue // it has a tale of its own
		}
		inWorkflow(t, func(ctx workflow.Context) {
			r := standing(ctx, schemas.KindExchange, schemas.WaitShipback)
			r.parkOne(step)
			for range 5 {
				w := r.parkedStep("p1")
				k := r.clockOfParked(w)
				if k == nil {
					break
				}
				r.runOut(k, k.Due)
				canGoOn(t, r, step)
			}
			w := r.parkedStep("p1")
			require.Equal(t, does.lapses, w.Decision == decidedSkip, step)
			require.Equal(t, does.lapses, r.clockOfParked(w) == nil, "%s: a clock runs as long as it is parked", step)
			require.Equal(t, 4, r.Level, step)
		})
	}
}
