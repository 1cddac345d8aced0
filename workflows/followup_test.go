package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestTheSurveyIsAskedOnceRemindedOnceAndClosedWithoutAScore(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 1, count(tl.told(), "survey.invite"))
	require.Equal(t, 1, count(tl.told(), "survey.remind"))
	require.Zero(t, v.Survey.Overall, "no answer is no score")
	require.Nil(t, v.Survey.AnsweredAt)
	require.Equal(t, 15*24*time.Hour, v.ClosedAt.Sub(started).Truncate(24*time.Hour))
}

func TestACustomerWhoWasAskedLatelyIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	tl.survey = func(schemas.SurveyOrder) (schemas.SurveyReceipt, error) {
		return schemas.SurveyReceipt{SkippedFor: "asked_recently"}, nil
	}
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "asked_recently", v.Survey.SkippedFor)
	require.Len(t, named(v, schemas.EventSurveySkipped), 1)
}

func TestAnAnswerBeforeTheQuestionIsRefused(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	tl.in(schemas.FollowUp, func() {
		refuses(tl, schemas.CodeWrongState, send(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes}, "", 0))
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 6, Solved: schemas.SolvedYes}, "", 0))
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.SurveyAnswer, anAgent, schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes}, "", 0))
	})
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestALowScoreIsFollowedUpBySomebodyElseAndAskedAgain(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().answersSurvey(2, schemas.SolvedPartly)
	tl.in(schemas.FollowUp, func() {
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.RecoveryClose, anAgent, schemas.CloseRecovery{Outcome: "explained"}, "", 0))
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.RecoveryClose, aLead, schemas.CloseRecovery{Outcome: "whatever"}, "", 0))
		does(tl, schemas.RecoveryClose, aLead, schemas.CloseRecovery{Outcome: "explained"})()
	})
	tl.later(schemas.FollowUp, 80*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 4, Solved: schemas.SolvedYes}))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 2, v.Survey.Overall, "the first score stays")
	require.Equal(t, 4, v.Survey.SecondOverall)
	require.Equal(t, "lead-1", tl.toldStaff("staff.low_score")[0].To.ID)
	require.Contains(t, tl.told(), "survey.again")
}

func TestARecoveryNobodyDoesClimbsAndLapses(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().answersSurvey(1, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, v.Survey.Recovery)
	require.GreaterOrEqual(t, v.Level, 5)
	require.Len(t, named(v, schemas.EventLastRung), 1)
}

func TestNotSolvedBringsTheLinesBackToASupervisor(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "out_of_window"}))
	tl.later(schemas.FollowUp, 25*time.Hour, does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedNo}))
	tl.in(schemas.Review, func() {
		v := tl.last()
		require.GreaterOrEqual(t, v.Level, 3)
		require.Equal(t, "supervisor-1", v.Owner)
		yes := true
		does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{RefundOnly: &yes, Reason: "goodwill"})()
	})
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Equal(t, 1, count(tl.told(), "survey.invite"), "the customer is not asked the same twice")
}

func TestNotSolvedAfterAFullRefundHasNothingMoreToGrant(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().answersSurvey(2, schemas.SolvedNo)
	tl.in(schemas.Review, does(tl, schemas.ReviewReject, aSupervisor, schemas.Reject{Reason: "explained"}))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Len(t, tl.ordered, 1)
}

func TestNotSolvedAndNobodyActsEndsAsItWas(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded().answersSurvey(2, schemas.SolvedNo)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1)
}

func TestARecoveryThatSomebodyTakesWhileADisputeStandsStillEnds(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) { return keptFor(o, 0), nil }
	tl.refunded()
	tl.later(schemas.FollowUp, 25*time.Hour, func() {
		does(tl, schemas.SurveyAnswer, theCustomer, schemas.AnswerSurvey{Overall: 1, Solved: schemas.SolvedYes})()
		chargedBack(tl, 4784)()
		tl.env.RegisterDelayedCallback(does(tl, schemas.CaseAccept, aManager, schemas.Nothing{}), 25*time.Hour)
		tl.env.RegisterDelayedCallback(decides(tl, schemas.DisputeWon), 40*time.Hour)
	})
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}
