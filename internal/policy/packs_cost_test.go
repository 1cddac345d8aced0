package policy_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
)

// What the rules may cost: a plan of the policy with all packs, and the reading of everything at the start of a worker. The tests
// allow several times as much, because the machine may be busy.
const (
	planCost, planAllowance = time.Millisecond, 10
	loadCost, loadAllowance = 200 * time.Millisecond, 10
)

// busy is a request about which many rules speak.
func busy() policy.Facts {
	return facts(after(3), inChina, on("taobao"), faulty, mark("three_guarantees", "durable"), found("no_same_model"), in("mobile_phone"), repaired(2), exchanged(1))
}

func loadAll(t require.TestingT) {
	_, err := policy.Load(policies.Files, policies.Names...)
	require.NoError(t, err)
	for _, pack := range packs {
		_, err := policy.Check(policies.Files, pack)
		require.NoError(t, err)
	}
}

func TestAPlanCostsLessThanAMillisecondAndLoadingAFifthOfASecond(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	b := book(t)
	const plans = 100
	began := time.Now()
	for range plans {
		_, _, err := b.Plan("default", busy())
		require.NoError(t, err)
	}
	require.Less(t, time.Since(began)/plans, planAllowance*planCost)

	began = time.Now()
	loadAll(t)
	require.Less(t, time.Since(began), loadAllowance*loadCost)
}

func BenchmarkPlan(b *testing.B) {
	policies, f := book(b), busy()
	for b.Loop() {
		if _, _, err := policies.Plan("default", f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		loadAll(b)
	}
}

func BenchmarkLoadOwn(b *testing.B) {
	own := fstest.MapFS{"own.yaml": {Data: []byte("extends: default\npacks: [cn]\n")}}
	for b.Loop() {
		if _, err := policy.Load(own, "own"); err != nil {
			b.Fatal(err)
		}
	}
}
