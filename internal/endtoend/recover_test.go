package endtoend

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// A return has this many steps, those of its follow-up included. For each of them there is a case, and the worker is killed as
// soon as that case has come to its step.
const stepsOfAReturn = 14

func TestAWorkerKilledAtEveryStepOfAReturnPaysOnce(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	var played []<-chan []play.Result
	for step := range stepsOfAReturn {
		r := h.wish(bought)
		if step%2 == 1 {
			isFaulty(&r)
		}
		caseID := schemas.CaseID(r.MerchantID, r.RequestID)
		played = append(played, h.playing([]schemas.Request{r}))
		h.await(caseID, fmt.Sprintf("step %d", step+1), func(v schemas.View) bool { return v.Revision > int64(step) || v.ClosedAt != nil })
		h.killWorker()
	}
	for _, done := range played {
		h.allCompleted(<-done, 6550)
	}
	h.sound()
}

func TestAWorkerKilledAtAnyMomentPaysOnce(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	var requests []schemas.Request
	for i := range 20 {
		r := h.wish(bought)
		if i%2 == 1 {
			isFaulty(&r)
		}
		requests = append(requests, r)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	done := h.playing(requests)
	for range 20 {
		// So many rows are written before the next kill, wherever that finds everybody.
		for range 1 + dice.IntN(12) {
			select {
			case <-h.news.next():
			case <-time.After(time.Second):
			}
		}
		h.killWorker()
	}
	h.allCompleted(<-done, 6550)
	h.sound()
}

// playing plays requests beside the test.
func (h *house) playing(requests []schemas.Request) <-chan []play.Result {
	done := make(chan []play.Result, 1)
	go func() {
		results, err := h.play(h.t.Context(), play.Prompt, "demo", false, requests)
		if err != nil {
			h.t.Errorf("play: %v", err)
		}
		done <- results
	}()
	return done
}

func (h *house) allCompleted(results []play.Result, owed int64) {
	h.t.Helper()
	require.NotEmpty(h.t, results)
	for _, r := range results {
		require.Equal(h.t, schemas.Completed, r.View.Outcome, timeline(r.View))
		require.Equal(h.t, owed, r.View.Money.Refunded.Minor, timeline(r.View))
	}
}

func TestPostgresStoppedDuringAPlayLosesNothing(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t, need{ownPostgres: true})
	h.interrupted(func() {
		h.postgres.Kill()
		h.postgres.Start()
	})
}

func TestTemporalStoppedDuringAPlayLosesNothing(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t, need{ownTemporal: true})
	h.interrupted(func() {
		h.server.Kill()
		h.server.Start()
	})
}

// interrupted plays ten returns while a server goes away twice.
func (h *house) interrupted(away func()) {
	h.t.Helper()
	var requests []schemas.Request
	for range 10 {
		requests = append(requests, h.wish(bought))
	}
	done := h.playing(requests)
	for _, at := range []int64{3, 7} {
		caseID := schemas.CaseID(merchant, requests[at].RequestID)
		h.await(caseID, "far enough", func(v schemas.View) bool { return v.Revision >= at })
		away()
	}
	h.allCompleted(<-done, 6550)
	h.sound()
}

// What can go wrong at the payment provider and elsewhere, and what the customer has at the end: the money, once.
func TestWhateverTheOutsideDoesTheMoneyIsRight(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	type wrong struct {
		system    sandbox.System
		operation string
		mode      sandbox.Mode
		times     int
		param     string
	}
	faults := map[string][]wrong{
		"the answer to an order is lost":                 {{sandbox.SystemPayments, "refund", sandbox.Lose, 1, ""}},
		"the answers to an order are lost, all of them":  {{sandbox.SystemPayments, "refund", sandbox.Lose, 1, ""}, {sandbox.SystemPayments, "lookup", sandbox.Lose, 4, ""}},
		"the provider is slow":                           {{sandbox.SystemPayments, "refund", sandbox.Slow, 1, "1s"}},
		"the provider does not answer at first":          {{sandbox.SystemPayments, "refund", sandbox.Fail, 2, "100ms"}},
		"there is no balance at first":                   {{sandbox.SystemPayments, "refund", sandbox.Refuse, 1, "insufficient_balance"}},
		"it fails after it was accepted":                 {{sandbox.SystemPayments, Settling, sandbox.Refuse, 1, "insufficient_balance"}},
		"the word of success comes twice":                {{sandbox.SystemPayments, Settling, sandbox.Twice, 1, ""}},
		"the word of success never comes":                {{sandbox.SystemPayments, Settling, sandbox.Lose, 1, ""}},
		"it comes back after it had succeeded":           {{sandbox.SystemPayments, Settling, sandbox.Reverse, 1, ""}},
		"the courier loses the answer":                   {{sandbox.SystemCourier, "register", sandbox.Lose, 1, ""}},
		"the warehouse loses the answer":                 {{sandbox.SystemStock, "dispose", sandbox.Lose, 2, ""}},
		"the warehouse is away until the survey is over": {{sandbox.SystemStock, "dispose", sandbox.Fail, 5, ""}},
		"the messages do not leave at first":             {{sandbox.SystemNotices, "deliver", sandbox.Fail, 3, "10ms"}},
		"the shop does not answer at first":              {{sandbox.SystemOrders, "order", sandbox.Fail, 2, "10ms"}},
	}
	var requests []schemas.Request
	var names []string
	for name, told := range faults {
		r := h.wish(bought)
		for _, f := range told {
			m := schemas.CaseID(r.MerchantID, r.RequestID) + "/" // shop:r-1 is also the beginning of shop:r-10
			if f.system == sandbox.SystemOrders {
				m = r.OrderID
			}
			require.NoError(t, h.world.Tell(t.Context(), f.system, f.operation, f.mode, f.times, f.param, m), name)
		}
		requests, names = append(requests, r), append(names, name)
	}
	results, err := h.play(t.Context(), play.Prompt, "demo", false, requests)
	require.NoError(t, err)
	for i, r := range results {
		require.Equal(t, schemas.Completed, r.View.Outcome, "%s\n%s", names[i], timeline(r.View))
		require.EqualValues(t, 6550, r.View.Money.Refunded.Minor, "%s\n%s", names[i], timeline(r.View))
		require.Len(t, r.View.Money.Entries, 1, "%s", names[i])
	}
	unused, err := h.world.Faults(t.Context())
	require.NoError(t, err)
	require.Empty(t, unused, "not everything went wrong")
	h.sound()
}

// Settling is the provider's own doing, not a call.
const Settling = sandbox.Settling

// A play that is stopped goes on where it was, and what was played is not played again.
func TestAPlayStoppedByItsUserGoesOn(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	var requests []schemas.Request
	for range 4 {
		requests = append(requests, h.wish(bought))
	}
	// No case can end before the play is stopped.
	require.NoError(t, h.world.Tell(t.Context(), sandbox.SystemPayments, Settling, sandbox.Slow, len(requests), "24h", ""))
	path := file(t, "requests.jsonl", requests)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := h.starterCommand(ctx, "play", path, "--json")
	first.Env = h.settings(h.address)
	require.NoError(t, first.Start())
	h.await(schemas.CaseID(merchant, requests[0].RequestID), "under way", func(v schemas.View) bool { return v.Revision >= 4 })
	require.NoError(t, first.Process.Signal(os.Interrupt))
	_ = first.Wait()
	require.Equal(t, 1, first.ProcessState.ExitCode())
	require.NoError(t, h.world.SettleNow(t.Context(), ""))

	var once sync.Once
	var before string
	for range 2 {
		s := h.starter("play", path, "--json").done(t)
		for _, v := range s.views(t) {
			require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
			require.EqualValues(t, 6550, v.Money.Refunded.Minor)
		}
		once.Do(func() { before = s.out })
		require.Equal(t, before, s.out, "played again, it is the same")
	}
	h.balanced()
	h.sound()
}
