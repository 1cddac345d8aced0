package schemas

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// planText is a plan as it lies in a history.
func planText(t *testing.T, version string) []byte {
	t.Helper()
	text, err := json.Marshal(Plan{
		Policy: "default", Version: version, Currency: "USD", MaxRounds: 3,
		Clocks: map[string]ClockSpec{"return.review": {Rule: "D-REVIEW@1", After: Duration(1), Warn: []Duration{1}}},
		People: map[Role][]Person{RoleManager: {{ID: "m-1"}}},
	})
	require.NoError(t, err)
	return text
}

func readPlan(t *testing.T, text []byte) (p Plan) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &p))
	return p
}

func TestCasesWithTheSamePlanShareIt(t *testing.T) {
	text := planText(t, "shared")
	one, other, another := readPlan(t, text), readPlan(t, text), readPlan(t, planText(t, "another"))
	require.Equal(t, one, other)
	require.Equal(t, reflect.ValueOf(one.Clocks).Pointer(), reflect.ValueOf(other.Clocks).Pointer())
	require.NotEqual(t, reflect.ValueOf(one.Clocks).Pointer(), reflect.ValueOf(another.Clocks).Pointer())
	require.Equal(t, "another", another.Version)
	again, err := json.Marshal(other)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(again))
}

func TestAPlanThatIsNoneIsNotRemembered(t *testing.T) {
	for range 2 {
		var p Plan
		require.Error(t, json.Unmarshal([]byte(`{"policy": 7}`), &p))
		require.Zero(t, p)
	}
}

func TestPlansAreForgottenBeforeThereAreTooMany(t *testing.T) {
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range plansKept {
				var p Plan
				version := fmt.Sprintf("%d-%d", worker, i)
				if json.Unmarshal([]byte(`{"version":"`+version+`"}`), &p) != nil || p.Version != version {
					t.Errorf("%s was read as %s", version, p.Version)
				}
			}
		})
	}
	all.Wait()
	plans.Lock()
	defer plans.Unlock()
	require.LessOrEqual(t, len(plans.read), plansKept)
	require.NotEmpty(t, plans.read)
}
