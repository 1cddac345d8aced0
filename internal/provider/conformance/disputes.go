package conformance

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// DisputesBench is a payment provider whose bank takes payments back, with the means to make it do so. Each call of the factory gives
// one with one open dispute.
type DisputesBench struct {
	Disputes   provider.Disputes
	MerchantID string
	DisputeID  string
	Amount     schemas.Money
	Decide     func(t *testing.T, status schemas.DisputeStatus) // the bank decides
	Lose       func(t *testing.T)                               // the next answer is taken and ours lost
	Facts      func(t *testing.T) func() []Told
}

func (b DisputesBench) answer(key string, accept bool) provider.DisputeCall {
	return provider.DisputeCall{Key: key, MerchantID: b.MerchantID, DisputeID: b.DisputeID, Accept: accept, Evidence: []string{"scan-1"}, At: noon}
}

func (b DisputesBench) stands(t *testing.T, status schemas.DisputeStatus) {
	t.Helper()
	answer, found, err := b.Disputes.LookupDispute(t.Context(), b.MerchantID, b.DisputeID)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, provider.DisputeAnswer{Status: status, Amount: b.Amount}, answer)
}

// Disputes is the suite for a payment provider whose bank takes payments back.
func Disputes(t *testing.T, factory func(t *testing.T) DisputesBench) {
	for name, test := range map[string]func(*testing.T, DisputesBench){
		"an answer is one answer, however often it comes": answeredOnce,
		"one of several answers is taken":                 oneAnswerInParallel,
		"an answer whose answer was lost is known by key": lostAnswerIsOne,
		"an accepted dispute is lost":                     acceptedIsLost,
		"a decided one is answered with its end":          decidedIsAnswered,
		"nonsense and unknown disputes are refused":       nonsenseIsNoAnswer,
		"facts tell of the beginning and the end":         disputesAreTold,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, factory(t)) })
	}
}

func answeredOnce(t *testing.T, b DisputesBench) {
	b.stands(t, schemas.DisputeOpen)
	for range 2 {
		got, err := b.Disputes.Answer(t.Context(), b.answer("m:r/answer/1", false))
		require.NoError(t, err)
		require.Equal(t, provider.DisputeAnswer{Status: schemas.DisputeAnswered, Amount: b.Amount}, got)
	}
	_, err := b.Disputes.Answer(t.Context(), b.answer("m:r/answer/1", true))
	requireClass(t, err, provider.NeverRetry, provider.CodeKeyReused)
	_, err = b.Disputes.Answer(t.Context(), b.answer("m:r/answer/2", false))
	requireClass(t, err, provider.NeverRetry, provider.CodeAlreadyAnswered)
	b.stands(t, schemas.DisputeAnswered)
}

func oneAnswerInParallel(t *testing.T, b DisputesBench) {
	var wg sync.WaitGroup
	taken := make(chan string, 8)
	for i := range 8 {
		wg.Go(func() {
			key := "m:r/answer/" + string(rune('1'+i))
			if _, err := b.Disputes.Answer(context.WithoutCancel(t.Context()), b.answer(key, false)); err == nil {
				taken <- key
			}
		})
	}
	wg.Wait()
	require.Len(t, taken, 1)
}

func lostAnswerIsOne(t *testing.T, b DisputesBench) {
	b.Lose(t)
	_, err := b.Disputes.Answer(t.Context(), b.answer("m:r/answer/1", false))
	requireClass(t, err, provider.Unknown, "")
	got, err := b.Disputes.Answer(t.Context(), b.answer("m:r/answer/1", false))
	require.NoError(t, err)
	require.Equal(t, schemas.DisputeAnswered, got.Status)
}

func acceptedIsLost(t *testing.T, b DisputesBench) {
	got, err := b.Disputes.Answer(t.Context(), b.answer("m:r/answer/1", true))
	require.NoError(t, err)
	require.Equal(t, schemas.DisputeLost, got.Status)
	b.stands(t, schemas.DisputeLost)
}

func decidedIsAnswered(t *testing.T, b DisputesBench) {
	b.Decide(t, schemas.DisputeWithdrawn)
	got, err := b.Disputes.Answer(t.Context(), b.answer("m:r/answer/1", true))
	require.NoError(t, err)
	require.Equal(t, schemas.DisputeWithdrawn, got.Status, "nothing changes any more")
}

func nonsenseIsNoAnswer(t *testing.T, b DisputesBench) {
	for code, spoil := range map[schemas.Code]func(*provider.DisputeCall){
		schemas.CodeMissingField:    func(c *provider.DisputeCall) { c.Key = "" },
		provider.CodeUnknownDispute: func(c *provider.DisputeCall) { c.DisputeID = "dp-none" },
	} {
		call := b.answer("m:r/answer/1", false)
		spoil(&call)
		_, err := b.Disputes.Answer(t.Context(), call)
		requireClass(t, err, provider.NeverRetry, code)
	}
	_, found, err := b.Disputes.LookupDispute(t.Context(), b.MerchantID, "dp-none")
	require.NoError(t, err)
	require.False(t, found)
}

func disputesAreTold(t *testing.T, b DisputesBench) {
	told := b.Facts(t)
	b.Decide(t, schemas.DisputeWon)
	require.Eventually(t, func() bool { return len(told()) >= 2 }, 10*time.Second, 5*time.Millisecond)
	var names []string
	for _, f := range told() {
		word, refusal := schemas.Decode[schemas.ExternalWord](f.Report.Body)
		require.Nil(t, refusal)
		require.Nil(t, word.Check())
		require.Equal(t, b.DisputeID, word.DisputeID)
		require.Equal(t, b.Amount, *word.Amount)
		names = append(names, f.Fact+" "+string(word.Decision))
	}
	require.ElementsMatch(t, []string{schemas.ExternalOpened.Name + " ", schemas.ExternalDecided.Name + " won"}, names, "in whatever order they come")
}
