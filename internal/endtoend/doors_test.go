package endtoend

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/schemas"
)

// These tests reach cases as foreign clients do that know Temporal and nothing of ours: with whatever policy, id, input or
// signal they like.

func (h *house) startRaw(id string, args ...any) client.WorkflowRun {
	h.t.Helper()
	run, err := h.temporal.ExecuteWorkflow(h.t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: string(schemas.QueueCases)}, schemas.WorkflowReturn, args...)
	require.NoError(h.t, err)
	return run
}

func (h *house) completed(run client.WorkflowRun) {
	h.t.Helper()
	require.NoError(h.t, run.Get(h.t.Context(), nil), "%s did not end in order", run.GetID())
	described, err := h.temporal.DescribeWorkflowExecution(h.t.Context(), run.GetID(), run.GetRunID())
	require.NoError(h.t, err)
	require.Equal(h.t, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, described.GetWorkflowExecutionInfo().GetStatus())
}

func TestACaseStartedAgainAfterItsEndGivesTheOldAnswerAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought)
	caseID := h.open(r, "demo")
	h.awaitState(caseID, schemas.Review)
	h.do(caseID, schemas.CaseWithdraw.Name, customerOf(r), schemas.Withdraw{Reason: "found_it"})
	h.do(caseID, schemas.CaseMessage.Name, customerOf(r), schemas.Message{EvidenceIDs: []string{"photo-1"}})
	h.answerSurvey(caseID, 4, schemas.SolvedYes)
	before := h.awaitEnd(caseID, schemas.Withdrawn)

	again := h.startRaw(caseID, schemas.Opening{Request: r, Policy: "demo"})
	h.completed(again)
	require.Equal(t, pretty(t, before), pretty(t, h.row(caseID)), "the archive changed")
	own, err := h.cases.Ask(t.Context(), caseID)
	require.NoError(t, err)
	require.Equal(t, before.Outcome, own.Outcome)
	h.balanced()

	// Through our own client it is not even started.
	opened, err := h.cases.Open(t.Context(), r, "demo")
	require.NoError(t, err)
	require.True(t, opened.Existed)
	// And what was withdrawn is free for a new request.
	r.RequestID += "-again"
	next := h.open(r, "demo")
	h.awaitState(next, schemas.Review)
	h.sound()
}

func TestACaseUnderAnotherWorkflowIDEndsInvalid(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought)
	for _, id := range []string{"anything", "shop:another", "other:" + r.RequestID, "shop:" + r.RequestID + ":2", "shop:" + r.RequestID + ":02"} {
		run := h.startRaw(id, schemas.Opening{Request: r})
		h.completed(run)
		v, err := h.cases.Ask(t.Context(), id)
		require.NoError(t, err, id)
		require.Equal(t, schemas.Invalid, v.Outcome, id)
		require.Equal(t, schemas.CodeWrongCaseID, v.Refusal.Code, id)
	}
	h.none("unit claimed by a case under a wrong id", `select case_id from aftercare.unit_claims`)
}

func TestAStartThatCannotBeReadIsAClosedCaseAndNoFailedWorkflow(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought)
	inputs := map[string][]any{
		"nothing":       nil,
		"text":          {"please refund"},
		"number":        {42},
		"list":          {[]int{1, 2}},
		"null":          {nil},
		"bytes":         {[]byte{0xff, 0xfe, 0x00}},
		"unknown-field": {map[string]any{"request": r, "colour": "red"}},
		"wrong-type":    {map[string]any{"request": map[string]any{"request_id": 7}}},
		"no-request":    {map[string]any{}},
		"too-large":     {map[string]any{"request": r, "policy": string(make([]byte, 300<<10))}},
		"two-arguments": {schemas.Opening{Request: r}, "more"},
	}
	for name, args := range inputs {
		id := "shop:raw-" + name
		h.completed(h.startRaw(id, args...))
		v, err := h.cases.Ask(t.Context(), id)
		require.NoError(t, err, name)
		require.Equal(t, schemas.Invalid, v.Outcome, name)
		require.NotNil(t, v.Refusal, name)
		require.NotEmpty(t, v.Refusal.Code, name)
		require.NotEmpty(t, v.Refusal.Message, name)
		require.NotContains(t, v.Refusal.Message, "goroutine", name)
		t.Logf("%-14s %s", name, v.Refusal)
	}
}

func TestACommandMayComeAsASignalAndARefusedOneLeavesAnEvent(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought, keeps, isFaulty, func(r *schemas.Request) { r.EvidenceIDs = []string{"photo-1"} })
	caseID := h.open(r, "default")
	h.awaitState(caseID, schemas.Review)
	signal := func(name string, arg any) {
		t.Helper()
		require.NoError(t, h.temporal.SignalWorkflow(t.Context(), caseID, "", name, arg))
	}
	refusals := func(n int) schemas.View {
		t.Helper()
		return h.await(caseID, "refused events", func(v schemas.View) bool { return happenings(v, schemas.EventRefused) == n })
	}
	order := func(by schemas.Actor, body any) schemas.Order {
		return schemas.Order{CommandID: rand.Text(), Actor: by, Body: raw(t, body)}
	}
	codes := []schemas.Code{}
	for _, bad := range []struct {
		name string
		arg  any
		code schemas.Code
	}{
		{schemas.ReviewApprove.Name, order(customerOf(r), schemas.Approve{}), schemas.CodeWrongRole},
		{schemas.InspectionPass.Name, order(inspector, schemas.Pass{}), schemas.CodeWrongState},
		{schemas.ReviewApprove.Name, "just do it", schemas.CodeWrongType},
		{schemas.ReviewApprove.Name, map[string]any{"command_id": "x", "colour": "red"}, schemas.CodeUnknownField},
		{"parcel.teleported", map[string]any{"waybill": "X1"}, schemas.CodeUnknownName},
		{"", "no name", schemas.CodeUnknownName},
		{schemas.ParcelScanned.Name, map[string]any{"waybill": "X1"}, schemas.CodeUnknownField},
	} {
		if bad.name == "" {
			continue // Temporal itself refuses a signal without a name
		}
		codes = append(codes, bad.code)
		signal(bad.name, bad.arg)
		v := refusals(len(codes))
		last := v.Events[len(v.Events)-1]
		require.Equal(t, schemas.EventRefused, last.Name)
		require.Equal(t, string(bad.code), last.Data["code"], "%s: %s", bad.name, last.Message)
		require.Equal(t, bad.name, last.Data["name"])
		require.Equal(t, schemas.Review, v.State)
	}

	approval := order(agent, schemas.Approve{})
	signal(schemas.ReviewApprove.Name, approval)
	v := h.await(caseID, "approved", func(v schemas.View) bool { return happenings(v, schemas.ReviewApprove.Name) == 1 })
	e, err := event(v, schemas.ReviewApprove.Name)
	require.NoError(t, err)
	require.Equal(t, schemas.DoorSignal, e.Door)
	require.Equal(t, agent, e.Actor)
	// The same command again, by either way, is the same command.
	signal(schemas.ReviewApprove.Name, approval)
	receipt, err := h.send(caseID, schemas.ReviewApprove.Name, approval)
	require.NoError(t, err)
	require.Equal(t, e.Revision, receipt.Revision)
	v = h.await(caseID, "refunded", func(v schemas.View) bool { return v.Money.Refunded.Minor == 6550 })
	require.Equal(t, 1, happenings(v, schemas.ReviewApprove.Name))
	require.Len(t, codes, happenings(v, schemas.EventRefused))
	h.sound()
}
