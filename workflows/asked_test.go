package workflows_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
)

func TestACaseThatWaitsForASecondPersonSaysWhoIsAsked(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 150000))
	tl.in(schemas.RefundApproved, func() {
		v := tl.last()
		require.Equal(t, schemas.TurnMerchant, v.Turn)
		require.Equal(t, "supervisor-1", v.Asked)
		require.Equal(t, "agent-1", v.Owner)
		require.Contains(t, v.Waiting, "a second person (supervisor-1, level 3)")
		require.Contains(t, v.Waiting, "the deputy is asked")
		a := send(tl, schemas.ApprovalGrant, anAgent, schemas.DecideApproval{}, "", 0)
		tl.env.RegisterDelayedCallback(func() {
			require.Equal(t, "an agent may not give approval.grant; supervisor, manager, executive, operator may.", a.refusal.Message)
			does(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{})()
		}, 0)
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Empty(t, v.Asked)
}

func TestAnEscalationShowsWhoIsAskedAndThenWhoHasIt(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	tl.in(schemas.Review, func() {
		does(tl, schemas.CaseEscalate, anAgent, schemas.Escalate{Reason: "help", Level: 4})()
	})
	tl.in(schemas.Review, func() {
		v := tl.last()
		require.Equal(t, "manager-1", v.Asked)
		require.Contains(t, v.Waiting, "level 4 is asked: manager-1")
		does(tl, schemas.CaseAccept, aManager, schemas.Nothing{})()
	})
	tl.in(schemas.Review, func() {
		v := tl.last()
		require.Empty(t, v.Asked)
		require.Contains(t, v.Waiting, "taken at level 4 by manager-1")
		does(tl, schemas.ReviewApprove, aManager, schemas.Approve{})()
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
}

func TestACaseIsGivenToPeopleOfItsPolicyOnly(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	tl.in(schemas.Review, func() {
		a := send(tl, schemas.CaseTransfer, anAgent, schemas.Transfer{To: "nobody-9", Reason: "shift_over"}, "", 0)
		tl.env.RegisterDelayedCallback(func() {
			require.Equal(t, schemas.CodeBadValue, a.refusal.Code)
			require.Contains(t, a.refusal.Message, "its people are agent-1, agent-2,")
			does(tl, schemas.CaseTransfer, anAgent, schemas.Transfer{To: "agent-2", Reason: "shift_over"})()
		}, 0)
	})
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, "agent-2", v.Owner)
}

func TestACommandThatNamesNoLinesInSoManyWordsIsRefused(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	tl.in(schemas.Review, func() {
		for body, code := range map[string]schemas.Code{
			`{"lines":[]}`: schemas.CodeBadValue,
			`{"lines":[{"line_id":"1","quantity":0}]}`:  schemas.CodeBadQuantity,
			`{"lines":[{"line_id":"1","quantity":-1}]}`: schemas.CodeBadQuantity,
		} {
			tl.commands++
			var refused error
			tl.env.UpdateWorkflow(schemas.ReviewApprove.Name, body, &testsuite.TestUpdateCallback{
				OnAccept: func() { t.Errorf("%s was accepted", body) }, OnReject: func(err error) { refused = err }, OnComplete: func(any, error) {},
			}, schemas.Order{CommandID: body, Actor: anAgent, Body: json.RawMessage(body)})
			tl.env.RegisterDelayedCallback(func() { require.Equal(t, code, refusalOf(t, refused).Code, body) }, 0)
		}
		does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}, {LineID: "2"}}}})()
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
}
