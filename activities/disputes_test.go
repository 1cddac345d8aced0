package activities

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// aBank reads one answer to each dispute.
type aBank struct {
	provider.Disputes
	mu     sync.Mutex
	answer *provider.DisputeCall
	loses  int // how many answers it takes and does not say so
}

func (b *aBank) Answer(_ context.Context, call provider.DisputeCall) (provider.DisputeAnswer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.answer != nil && b.answer.Key != call.Key {
		return provider.DisputeAnswer{}, provider.Never(provider.CodeAlreadyAnswered, "the bank has an answer to this dispute already")
	}
	b.answer = &call
	if b.loses > 0 {
		b.loses--
		return provider.DisputeAnswer{}, errors.New("connection reset by peer")
	}
	return provider.DisputeAnswer{Status: schemas.DisputeAnswered}, nil
}

// inDispute is a shop whose order has two open cases that heard of one chargeback.
func inDispute(t *testing.T) (s *store.Store, url string) {
	t.Helper()
	url = storetest.URL(t)
	s, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	a := NewIntake(openShop(bought()), theRules(t), s)
	take(t, a, wants("r1", line("1", 2)))
	take(t, a, wants("r2", line("2", 1)))
	_, err = s.BookDispute(t.Context(), schemas.DisputeOrder{
		CaseID: "m:r1", MerchantID: "m", OrderID: "O1", At: noon, Takes: true,
		Dispute: schemas.Dispute{DisputeID: "dp-1", Kind: schemas.Chargeback, Status: schemas.DisputeOpen, Amount: usd(100), OpenedAt: noon, Heard: noon},
	})
	require.NoError(t, err)
	return s, url
}

// twoMinutesLater lets every claim be as old as that.
func twoMinutesLater(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE aftercare.dispute_answers SET claimed_at = claimed_at - interval '2 minutes'`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

func answerOf(caseID string) schemas.DisputeAnswer {
	return schemas.DisputeAnswer{Key: caseID + "/answer/1", CaseID: caseID, MerchantID: "m", OrderID: "O1", DisputeID: "dp-1", At: noon}
}

// answers repeats the activity as Temporal would, and gives what it ends with.
func answers(t *testing.T, d *Disputes, caseID string) schemas.DisputeReceipt {
	t.Helper()
	for range 200 {
		got, err := d.Send(t.Context(), answerOf(caseID))
		if err == nil {
			return got
		}
		var failed *temporal.ApplicationError
		require.ErrorAs(t, err, &failed)
		require.False(t, failed.NonRetryable(), "%s: %v", caseID, err)
	}
	require.FailNow(t, "it is never answered", caseID)
	return schemas.DisputeReceipt{}
}

func TestTwoCasesThatAnswerAtTheSameMomentGiveOneAnswer(t *testing.T) {
	t.Parallel()
	bank := &aBank{}
	s, _ := inDispute(t)
	d := NewDisputes(bank, s)
	var both [2]schemas.DisputeReceipt
	var all sync.WaitGroup
	for i, id := range []string{"m:r1", "m:r2"} {
		all.Go(func() { both[i] = answers(t, d, id) })
	}
	all.Wait()
	first, second := both[0], both[1]
	if first.AnsweredIn != "" {
		first, second = second, first
	}
	require.Empty(t, first.AnsweredIn)
	require.Equal(t, []string{"m:r1", "m:r2"}, sorted(second.AnsweredIn, first.Sisters...))
	require.Equal(t, second.AnsweredIn+"/answer/1", bank.answer.Key)
	require.Equal(t, second, answers(t, d, first.Sisters[0]), "and however often it is asked")
	require.Equal(t, first, answers(t, d, second.AnsweredIn))
}

func sorted(a string, others ...string) []string {
	all := append([]string{a}, others...)
	if len(all) == 2 && all[0] > all[1] {
		all[0], all[1] = all[1], all[0]
	}
	return all
}

func TestACaseWaitsForTheOtherWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	bank := &aBank{loses: 1}
	s, _ := inDispute(t)
	d := NewDisputes(bank, s)
	_, err := d.Send(t.Context(), answerOf("m:r1"))
	require.Error(t, err)
	_, err = d.Send(t.Context(), answerOf("m:r2"))
	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, string(provider.CodeBusy), failed.Type(), "nobody knows yet whether the first one's answer arrived")
	require.False(t, failed.NonRetryable())

	require.Equal(t, []string{"m:r2"}, answers(t, d, "m:r1").Sisters)
	require.Equal(t, "m:r1", answers(t, d, "m:r2").AnsweredIn)
	require.Equal(t, "m:r1/answer/1", bank.answer.Key)
}

// The case whose answer arrived is gone, or stuck: its claim is old, and the bank says what nobody here knew.
func TestAnAnswerThatArrivedUnheardIsTheOtherCases(t *testing.T) {
	t.Parallel()
	bank := &aBank{loses: 1}
	s, url := inDispute(t)
	d := NewDisputes(bank, s)
	_, err := d.Send(t.Context(), answerOf("m:r1"))
	require.Error(t, err)
	twoMinutesLater(t, url)
	require.Equal(t, "m:r1", answers(t, d, "m:r2").AnsweredIn)
	require.Equal(t, []string{"m:r2"}, answers(t, d, "m:r1").Sisters, "and it hears it too, when it comes to itself")
}

func TestACaseThatStoppedTryingKeepsNobodyFromAnswering(t *testing.T) {
	t.Parallel()
	bank := &aBank{}
	s, url := inDispute(t)
	d := NewDisputes(bank, s)
	_, err := s.ClaimAnswer(t.Context(), answerOf("m:r1"))
	require.NoError(t, err)
	twoMinutesLater(t, url)
	require.Empty(t, answers(t, d, "m:r2").AnsweredIn)
	require.Equal(t, "m:r2", answers(t, d, "m:r1").AnsweredIn)
	require.Equal(t, "m:r2/answer/1", bank.answer.Key)
}

func TestAnAnswerThatNoCaseGaveIsATask(t *testing.T) {
	t.Parallel()
	bank := &aBank{answer: &provider.DisputeCall{Key: "by hand"}}
	s, _ := inDispute(t)
	_, err := NewDisputes(bank, s).Send(t.Context(), answerOf("m:r1"))
	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed)
	require.True(t, failed.NonRetryable())
	require.Equal(t, string(provider.CodeAlreadyAnswered), failed.Type())
}
