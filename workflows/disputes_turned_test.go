package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// refusedForGood is a request that was refused and not appealed, so that nothing is owed, and whose bank then takes the money and turns round.
func refusedForGood(t *testing.T, edition int) *tale {
	t.Helper()
	tl := aReturn(t).refundOnly().finding(line("1", 4784)).ofEdition(edition)
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used", EvidenceIDs: []string{"photo-1"}}))
	tl.in(schemas.FollowUp, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		soon(tl, 2*time.Minute, decides(tl, schemas.DisputeWon))
	})
	return tl
}

func TestARefusalStandsAgainOnceTheShopHasWon(t *testing.T) {
	t.Parallel()
	v := refusedForGood(t, schemas.Edition).run()
	require.Equal(t, schemas.RejectedFinal, v.Outcome)
	require.Zero(t, v.Money.Refunded.Minor)
	require.Zero(t, v.Lines[0].BankTook.Minor)
	t.Run("which it did not before the fourth edition", func(t *testing.T) {
		t.Parallel()
		tl := refusedForGood(t, 3).providerSays(schemas.RefundSucceeded, "")
		tl.run()
		require.NotEmpty(t, tl.ordered)
	})
}

func TestWhatNobodyHadDecidedIsDecidedAfterABankTurnsRound(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().finding(line("1", 4784))
	tl.in(schemas.Review, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		soon(tl, 2*time.Minute, func() { require.Equal(t, schemas.FollowUp, tl.last().State) })
		soon(tl, 3*time.Minute, decides(tl, schemas.DisputeWon))
		soon(tl, 4*time.Minute, func() {
			require.Equal(t, schemas.Review, tl.last().State)
			does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used", EvidenceIDs: []string{"photo-1"}})()
		})
	})
	v := tl.run()
	require.Equal(t, schemas.RejectedFinal, v.Outcome)
	require.Empty(t, tl.ordered)
}

func TestMoneyThatWentTwiceIsToldAlsoWhereNothingElseKeepsTheCaseOpen(t *testing.T) {
	t.Parallel()
	for edition, told := range map[int]int{3: 0, schemas.Edition: 1} {
		tl := paid(t).ofEdition(edition)
		tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) { return keptFor(o, 0), nil }
		tl.refunded()
		tl.in(schemas.FollowUp, chargedBack(tl, 4784))
		tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedNo}))
		tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used", EvidenceIDs: []string{"photo-1"}}))
		tl.later(schemas.FollowUp, 20*24*time.Hour, decides(tl, schemas.DisputeLost))
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Len(t, tl.tasks("paid_twice"), told, "edition %d", edition)
	}
}

// The walks found it: the customer of what a bank had settled was not content, and the bank turned round while a person looked at it again.
func TestABankThatTurnsRoundWhilePeopleLookAgainHasSettledNothing(t *testing.T) {
	t.Parallel()
	turned := func(t *testing.T, edition int) *tale {
		t.Helper()
		tl := aReturn(t).refundOnly().finding(notOwed("1", 4784)).ofEdition(edition)
		tl.in(schemas.Review, func() {
			chargedBack(tl, 4784)()
			soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		})
		tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo}))
		tl.in(schemas.Review, decides(tl, schemas.DisputeWon))
		return tl
	}
	require.Equal(t, schemas.Unresolvable, turned(t, schemas.Edition).run().Outcome, "nobody has decided about goodwill, and nobody has paid")
	require.Equal(t, schemas.SettledExternally, turned(t, 4).run().Outcome, "as it was before the fifth edition")
}

func TestWhatWasGrantedIsPaidWhenABankTurnsRoundWhilePeopleLookAgain(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	}
	tl.in(schemas.RefundApproved, decides(tl, schemas.DisputeLost))
	tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo}))
	tl.in(schemas.Review, decides(tl, schemas.DisputeWon))
	v := tl.refunded().run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

// The walks found it.
func TestAReopenedCaseKnowsOfADisputeThatHadEnded(t *testing.T) {
	t.Parallel()
	tl := reopenedWith(aReturn(t), paidInPart, paidBefore(4284))
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		got := keptFor(o, 500)
		got.Status = schemas.DisputeAccepted
		return got, nil
	}
	tl.in(schemas.Review, func() {
		w := aChargeback(500)
		w.DueAt = nil
		tl.env.SignalWorkflow(schemas.ExternalOpened.Name, schemas.Report{Source: "bank", EventID: "late", OccurredAt: started.AddDate(0, 0, -10), ReceivedAt: tl.env.Now(), Body: encode(t, w)})
		soon(tl, time.Minute, func() {
			require.Equal(t, schemas.DisputeAccepted, theDispute(t, tl.last()).Status)
			require.Nil(t, clockNamed(tl.last(), "external.chargeback"))
			require.Empty(t, tl.last().Holds, "nothing is kept back for it")
			does(tl, schemas.ReviewReject, aSupervisor, schemas.Reject{Reason: "explained", EvidenceIDs: []string{"photo-1"}})()
		})
	})
	v := tl.run()
	require.Nil(t, v.Lines[0].BankTook, "what it took was reckoned when the case began")
}
