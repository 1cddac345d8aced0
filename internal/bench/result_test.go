package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
)

func TestTheMiddleOfWhatWasMeasured(t *testing.T) {
	t.Parallel()
	require.Zero(t, median(nil))
	require.InDelta(t, 7, median([]float64{7}), 0)
	require.InDelta(t, 2, median([]float64{9, 1, 2}), 0)
	require.InDelta(t, 2.5, median([]float64{9, 1, 2, 3}), 0)
	values := []float64{3, 1, 2}
	median(values)
	require.Equal(t, []float64{3, 1, 2}, values, "the pairs stay in their order")
}

func TestTheRatioIsThatOfThePairs(t *testing.T) {
	t.Parallel()
	// The machine was slow in the second pair, for both sides: the ratio of the medians would be 20 / 10.
	require.InDelta(t, 1.5, medianRatio([]float64{15, 300, 20}, []float64{10, 200, 8}), 1e-9)
	require.InDelta(t, 2, medianRatio([]float64{2, 5}, []float64{1, 0}), 0, "a control of nothing says nothing")
	require.Zero(t, medianRatio(nil, nil))
	rapid.Check(t, func(t *rapid.T) {
		factor := rapid.Float64Range(0.1, 10).Draw(t, "factor")
		control := rapid.SliceOfN(rapid.Float64Range(1, 1000), 1, 20).Draw(t, "control")
		product := make([]float64, len(control))
		for i := range control {
			product[i] = factor * control[i]
		}
		require.InEpsilon(t, factor, medianRatio(product, control), 1e-9, "however the pairs differ")
	})
}

func TestTargetsAreJudgedByWhatWasMeasured(t *testing.T) {
	t.Parallel()
	cpu := 1.25
	r := Result{
		Kind: schemas.KindReturn, Transitions: 65, ControlTransitions: 65, HistoryEvents: 147, ControlHistoryEvents: 117, EventsAllowed: 30,
		CPURatio: &cpu, ThroughputRatio: 0.8, HeapPerOpenCase: 15, ControlHeapPerOpenCase: 10, ApproveToVisible: 40, ControlUpdate: 15, Upsert: 5,
	}
	r.judge()
	require.Len(t, r.Targets, 7)
	require.Empty(t, r.Missed(), "every bound is one that may be reached")

	r.HistoryEvents, r.ThroughputRatio, r.CPURatio = 151, 0.79, nil
	r.judge()
	require.Equal(t, []string{"history_events_budget", "throughput_ratio"}, r.Missed(), "what was not measured is not missed")
	r.HistoryEvents = 1.05*117 + 30 + 1
	r.judge()
	require.Contains(t, r.Missed(), "history_events")
}

func TestFewerCasesRatherThanFewerPairs(t *testing.T) {
	t.Parallel()
	r := &run{size: 40}
	r.of = 4 * 2 * r.size
	r.fit(10*time.Second, 4, time.Now().Add(time.Hour))
	require.Equal(t, 40, r.size, "there is time enough")
	r.fit(40*time.Second, 4, time.Now().Add(100*time.Second))
	require.InDelta(t, 15, r.size, 1)
	require.Equal(t, 4*2*r.size, r.of)
	r.fit(40*time.Second, 4, time.Now())
	require.Equal(t, fewestCases, r.size)
}
