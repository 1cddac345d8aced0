package workflows

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// TestTheFailuresPageNamesWhatThereIs holds docs/failures.md to what the code has: every test it names exists, every command, fact, message
// and party is one, and no failure is told without a test.
func TestTheFailuresPageNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../docs/failures.md")
	require.NoError(t, err)
	page := string(raw)

	tests := map[string]bool{}
	for _, folder := range []string{".", "../activities", "../internal/endtoend"} {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		require.NoError(t, err)
		for _, file := range files {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(content), -1) {
				tests[m[1]] = true
			}
		}
	}
	words := slices.Concat(schemas.CommandNames, schemas.FactNames)
	for _, n := range schemas.NoticeTemplates {
		words = append(words, n.ID)
	}
	play, err := os.ReadFile("../internal/play/parties.go")
	require.NoError(t, err)
	for _, quoted := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(page, -1) {
		name := quoted[1]
		switch {
		case strings.HasPrefix(name, "Test"):
			require.True(t, tests[name], "no test is called %s", name)
		case strings.HasPrefix(name, "--parties "):
			require.Contains(t, string(play), `"`+strings.TrimPrefix(name, "--parties ")+`"`, "no party is called so")
		case regexp.MustCompile(`^[a-z]+\.[a-z_]+$`).MatchString(name):
			require.Contains(t, words, name, "%s is no command, fact or message", name)
		}
	}
	// Both tables tell of the same failures, and each has a test.
	_, shown, _ := strings.Cut(page, "## Where it is shown")
	told := strings.Count(page, "\n| **")
	rows := regexp.MustCompile("(?m)^\\| [a-z].*\\| `Test").FindAllString(shown, -1)
	require.Len(t, rows, told)
}

// A scan that arrived while no worker ran lies in the case's inbox when the clock runs out in the same task. It came in time.
func TestWhatCameWhileNobodyRanCountsBeforeTheClock(t *testing.T) {
	t.Parallel()
	for _, edition := range []int{1, schemas.Edition} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetStartTime(now)
		for _, name := range schemas.ActivityNames {
			env.RegisterActivityWithOptions(func(context.Context, json.RawMessage) (json.RawMessage, error) {
				return json.RawMessage(`{}`), nil
			}, activity.RegisterOptions{Name: name})
		}
		env.RegisterDelayedCallback(func() {
			env.SignalWorkflow(schemas.ParcelScanned.Name, schemas.Report{Source: "courier", EventID: "e-1", OccurredAt: now.Add(time.Hour), Body: json.RawMessage(`{"waybill":"LB1"}`)})
		}, time.Hour)
		var ended schemas.State
		env.ExecuteWorkflow(func(ctx workflow.Context) error {
			c := standing(ctx, schemas.KindReturn, schemas.WaitShipback)
			c.Edition = edition
			c.Lines[0].Waybill = "LB1"
			c.Parcels = []*schemas.Parcel{{Waybill: "LB1", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelExpected}}
			// Nobody listens until the clock has run out: no worker ran.
			workflow.Go(ctx, c.runClocks)
			if err := workflow.Sleep(ctx, 101*time.Hour); err != nil {
				return err
			}
			ended = c.Lines[0].State
			return nil
		})
		require.NoError(t, env.GetWorkflowError())
		if edition < 2 {
			require.Equal(t, schemas.Closed, ended, "until then the clock was faster")
			continue
		}
		require.Equal(t, schemas.ReturnInTransit, ended)
	}
}
